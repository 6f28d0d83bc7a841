//! The one fallback mechanism: an ordered chain with a circuit breaker for each member, for speech engines and AI providers alike.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use wheelhouse_core::{
    CallContext, Failure, FailureClass,
    catalog::{Catalog, CatalogReader, Lookup},
    clock::Clock,
    failure::{BUSY, CREDENTIAL_REFUSED},
};

use crate::{
    breaker::{Breaker, BreakerConfig, Permit, Probing, Rest},
    status::{MemberState, MemberStatus, member_state},
};

/// A member that was given less time than this is not blamed for not having used it well.
const FAIR_CHANCE: Duration = Duration::from_secs(1);
/// When to try again while plugins are being loaded.
const LOADING_RETRY: Duration = Duration::from_secs(2);

/// What tells two members of one name apart.
pub(crate) type Revision<T> = fn(&T) -> &str;

/// Finds a member by name.
pub(crate) type Resolve<T> = fn(&Catalog, &str) -> Lookup<T>;

/// An ordered chain.
pub(crate) struct Chain<T: ?Sized> {
    /// What its members are, for messages: `speech engine`.
    noun: &'static str,
    names: Vec<String>,
    resolve: Resolve<T>,
    revision: Revision<T>,
    breaker: BreakerConfig,
    probing: Probing,
    /// How long a member may take to begin, as long as there is another to ask.
    patience: Duration,
    catalog: CatalogReader,
    clock: Arc<dyn Clock>,
    /// One for each name of the chain, and for each other name that was found in a catalog: never for what a stranger asked for.
    breakers: Mutex<BTreeMap<String, Guard>>,
}

/// A member's breaker, and which revision of the member it watches.
struct Guard {
    revision: Option<String>,
    breaker: Arc<Breaker>,
}

/// What a chain is made of.
pub(crate) struct ChainParts<'n, T: ?Sized> {
    pub(crate) noun: &'static str,
    pub(crate) names: &'n [String],
    pub(crate) resolve: Resolve<T>,
    pub(crate) revision: Revision<T>,
    pub(crate) breaker: BreakerConfig,
    pub(crate) probing: Probing,
    /// How long a member may take to begin, as long as there is another to ask.
    pub(crate) patience: Duration,
    pub(crate) catalog: CatalogReader,
    pub(crate) clock: Arc<dyn Clock>,
}

impl<T: ?Sized + Send + Sync + 'static> Chain<T> {
    pub(crate) fn new(parts: ChainParts<'_, T>) -> Self {
        let ChainParts { noun, names, resolve, revision, breaker, probing, patience, catalog, clock } = parts;
        let mut unique: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            if !unique.contains(name) {
                unique.push(name.clone());
            }
        }
        let (names, breakers) = (unique, Mutex::default());
        Self { noun, names, resolve, revision, breaker, probing, patience, catalog, clock, breakers }
    }

    /// The configured names in order.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The configured order with this name moved, or put, to its front.
    pub(crate) fn order_from(&self, first: &str) -> Vec<String> {
        let rest = self.names.iter().filter(|name| *name != first).cloned();
        std::iter::once(first.to_owned()).chain(rest).collect()
    }

    /// The breaker of this name. What was counted against another revision does not hold against this one.
    fn breaker(&self, name: &str, member: Option<&T>) -> Arc<Breaker> {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let now = member.map(self.revision);
        if let Some(guard) = breakers.get_mut(name) {
            match (&guard.revision, now) {
                (Some(before), Some(now)) if before != now => {}
                (_, now) => {
                    guard.revision = guard.revision.take().or_else(|| now.map(str::to_owned));
                    return guard.breaker.clone();
                }
            }
        }
        let breaker = Arc::new(Breaker::new(self.breaker, self.probing.clone(), self.clock.clone()));
        let guard = Guard { revision: now.map(str::to_owned), breaker: breaker.clone() };
        breakers.insert(name.to_owned(), guard);
        breaker
    }

    /// Whether calls are let through to a member.
    pub(crate) fn is_asked(&self, name: &str, member: &T) -> bool {
        self.breaker(name, Some(member)).is_closed()
    }

    /// The members for which it is time to find out whether they work again.
    pub(crate) fn due(&self, catalog: &Catalog) -> Vec<(String, Arc<T>, Permit)> {
        let resting: Vec<String> = {
            let breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
            breakers
                .iter()
                .filter(|(_, guard)| !guard.breaker.is_closed())
                .map(|(name, _)| name.clone())
                .collect()
        };
        let due = resting.into_iter().filter_map(|name| {
            let Lookup::Ready(member) = (self.resolve)(catalog, &name) else { return None };
            let permit = self.breaker(&name, Some(&*member)).admit_canary()?;
            Some((name, member, permit))
        });
        due.collect()
    }

    /// The chain's members, then `others` that stand in no chain.
    pub(crate) fn status(&self, catalog: &Catalog, others: &[&str]) -> Vec<MemberStatus> {
        let others = others.iter().filter(|other| !self.names.iter().any(|name| name == *other));
        let names =
            self.names.iter().map(|name| (name.as_str(), true)).chain(others.map(|name| (*name, false)));
        names
            .zip(0..)
            .map(|((id, configured), position)| {
                let found = (self.resolve)(catalog, id);
                let (state, reason) = member_state(catalog, id, &found);
                let member = if let Lookup::Ready(member) = &found { Some(&**member) } else { None };
                let breaker = self.breaker(id, member).status();
                let (last_error_at, last_error) = breaker.last_error.unzip();
                MemberStatus {
                    id: id.to_owned(),
                    position,
                    configured,
                    state,
                    reason,
                    breaker: breaker.state,
                    last_error,
                    last_error_at,
                    next_probe: breaker.next_probe,
                }
            })
            .collect()
    }

    /// Goes through the members in this order, beginning with the catalog that the caller has pinned.
    pub(crate) fn walk<'c>(
        &'c self,
        ctx: &'c CallContext,
        catalog: Arc<Catalog>,
        order: Vec<String>,
    ) -> Walk<'c, T> {
        Walk {
            chain: self,
            ctx,
            catalog,
            order,
            next: 0,
            // Whoever is asked after the wait needs time as well.
            wait_until: Instant::now() + ctx.time_left() / 2,
            passed: Vec::new(),
        }
    }
}

/// One way through a chain: ask [`next`](Walk::next) for a member, try it, and [`pass_over`](Walk::pass_over) it when it fails.
pub(crate) struct Walk<'c, T: ?Sized> {
    chain: &'c Chain<T>,
    ctx: &'c CallContext,
    catalog: Arc<Catalog>,
    order: Vec<String>,
    next: usize,
    wait_until: Instant,
    passed: Vec<Passed>,
}

/// Why a member did not do it.
struct Passed {
    name: String,
    failure: Failure,
    how: How,
}

/// How far a member that was passed over got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// It is not there, or rests.
    NotAsked,
    /// It cannot do what is asked for.
    Skipped,
    /// It tried.
    Failed,
}

/// One member to try.
pub(crate) struct Attempt<T: ?Sized> {
    pub(crate) member: Arc<T>,
    pub(crate) name: String,
    /// Whether a member before it was passed over.
    pub(crate) fallback: bool,
    /// How long it may take to begin.
    pub(crate) limit: Duration,
    pub(crate) permit: Permit,
}

impl<T: ?Sized + Send + Sync + 'static> Walk<'_, T> {
    /// The next member that can be asked, or `None` when there is no more or nobody waits for an answer any more.
    pub(crate) async fn next(&mut self) -> Option<Attempt<T>> {
        while self.next < self.order.len() && !self.is_over() {
            let name = self.order[self.next].clone();
            self.next += 1;
            let member = match self.resolve(&name).await {
                Ok(member) => member,
                Err(failure) => {
                    self.passed.push(Passed { name, failure, how: How::NotAsked });
                    continue;
                }
            };
            match self.chain.breaker(&name, Some(&*member)).admit() {
                Ok(permit) => {
                    let (fallback, limit) = (!self.passed.is_empty(), self.limit());
                    return Some(Attempt { member, name, fallback, limit, permit });
                }
                Err(rest) => {
                    let failure = self.resting(&name, rest);
                    self.passed.push(Passed { name, failure, how: How::NotAsked });
                }
            }
        }
        None
    }

    fn is_over(&self) -> bool {
        self.ctx.cancellation.is_cancelled() || self.ctx.time_left().is_zero()
    }

    /// The last member may use all the time that is left, the others must leave some.
    fn limit(&self) -> Duration {
        let left = self.ctx.time_left();
        if self.next < self.order.len() { self.chain.patience.min(left / 2) } else { left }
    }

    async fn resolve(&mut self, name: &str) -> Result<Arc<T>, Failure> {
        let resolve = self.chain.resolve;
        let mut found = resolve(&self.catalog, name);
        if matches!(found, Lookup::Pending) {
            let settled = |catalog: &Catalog| !matches!(resolve(catalog, name), Lookup::Pending);
            tokio::select! {
                waited = tokio::time::timeout_at(self.wait_until, self.chain.catalog.wait_until(settled)) => {
                    if let Ok(catalog) = waited {
                        self.catalog = catalog;
                        found = resolve(&self.catalog, name);
                    }
                }
                () = self.ctx.cancellation.cancelled() => {}
            }
        }
        let noun = self.chain.noun;
        match found {
            Lookup::Ready(member) => Ok(member),
            Lookup::Pending => Err(Failure::unavailable(format!(
                "The {noun} `{name}` is still being loaded; try again in a moment."
            ))
            .with_code("loading")
            .with_retry_after(LOADING_RETRY)),
            Lookup::Missing => {
                let (state, reason) = member_state::<T>(&self.catalog, name, &Lookup::Missing);
                let message = match state {
                    MemberState::Refused => format!("The {noun} `{name}` was refused when it was loaded."),
                    _ => format!("There is no {noun} `{name}`."),
                };
                Err(Failure::unavailable(message).with_detail(reason.unwrap_or_default()))
            }
        }
    }

    fn resting(&self, name: &str, rest: Rest) -> Failure {
        let Rest::Until(probe) = rest else {
            return Failure::unavailable(format!(
                "The {} `{name}` does not accept this server's key; its operator has to change it.",
                self.chain.noun
            ))
            .with_code(CREDENTIAL_REFUSED);
        };
        let wait = Duration::try_from(probe.duration_since(self.chain.clock.now())).unwrap_or_default();
        Failure::unavailable(format!(
            "The {} `{name}` has failed several times and is left alone for a while.",
            self.chain.noun
        ))
        .with_retry_after(wait)
    }

    /// The member failed: the next one may be asked.
    ///
    /// # Errors
    /// The failure itself when no other member could do better, because the caller is at fault or has gone away.
    pub(crate) fn pass_over(&mut self, attempt: Attempt<T>, failure: Failure) -> Result<(), Failure> {
        let Attempt { name, limit, permit, .. } = attempt;
        if failure.class.is_callers_fault() || self.ctx.cancellation.is_cancelled() {
            return Err(failure);
        }
        let was_hurried = failure.class == FailureClass::Timeout && limit < FAIR_CHANCE;
        if was_hurried || failure.code() == BUSY {
            drop(permit);
        } else {
            permit.failed(&failure);
        }
        self.note(name, failure);
        Ok(())
    }

    /// As [`pass_over`](Self::pass_over), where it is not clear who is to blame: nothing counts against the member.
    pub(crate) fn excuse(&mut self, attempt: Attempt<T>, failure: Failure) -> Result<(), Failure> {
        if self.ctx.cancellation.is_cancelled() {
            return Err(failure);
        }
        self.note(attempt.name, failure);
        Ok(())
    }

    fn note(&mut self, name: String, failure: Failure) {
        tracing::warn!(
            request_id = %self.ctx.request_id,
            member = %name,
            kind = self.chain.noun,
            class = failure.class.as_str(),
            detail = failure.detail.as_deref().unwrap_or_default(),
            "passed over"
        );
        self.passed.push(Passed { name, failure, how: How::Failed });
    }

    /// The member was asked beside another one that was quicker: nothing counts against it, and it may be asked again in the end.
    pub(crate) fn put_back(&mut self, attempt: Attempt<T>) {
        self.order.push(attempt.name);
    }

    /// The member is left out of this call alone, because it cannot do what is asked for.
    pub(crate) fn skip(&mut self, attempt: Attempt<T>, failure: Failure) {
        self.passed.push(Passed { name: attempt.name, failure, how: How::Skipped });
    }

    /// Whether every member is there and none can do what is asked for.
    pub(crate) fn all_skipped(&self) -> bool {
        !self.passed.is_empty()
            && self.passed.len() == self.order.len()
            && self.passed.iter().all(|passed| passed.how == How::Skipped)
    }

    /// Why nobody did it: the most telling failure, with every member's reason in its detail.
    pub(crate) fn exhausted(&self) -> Failure {
        let noun = self.chain.noun;
        let detail = self.passed.iter().map(|passed| {
            let inner = passed.failure.detail.as_deref().map(|d| format!(" ({d})")).unwrap_or_default();
            format!("{}: {} [{}]{inner}", passed.name, passed.failure.message, passed.failure.class.as_str())
        });
        let detail = detail.collect::<Vec<_>>().join("; ");
        if self.ctx.cancellation.is_cancelled() {
            return Failure::timeout("The call was given up before there was an answer.").with_detail(detail);
        }
        let soonest = self.passed.iter().filter_map(|passed| passed.failure.retry_after).min();
        // The first of the best: the primary says more than what was only meant to stand in for it.
        let mut telling: Option<&Passed> = None;
        for passed in &self.passed {
            if telling.is_none_or(|best| rank(passed) > rank(best)) {
                telling = Some(passed);
            }
        }
        match telling {
            Some(passed) => {
                let mut failure = passed.failure.clone();
                failure.retry_after = failure.retry_after.or(soonest);
                failure.with_detail(detail)
            }
            None if self.order.is_empty() => {
                Failure::unavailable(format!("No {noun} is configured.")).with_code("none_configured")
            }
            None => Failure::timeout("There was no time left for an answer.").with_detail(detail),
        }
    }
}

fn rank(passed: &Passed) -> u8 {
    let tells = passed.failure.class != FailureClass::Internal;
    match passed.how {
        How::Failed if tells => 4,
        How::Failed => 2,
        // What will be there in a moment, or rests, is worth another try.
        How::NotAsked if passed.failure.retry_after.is_some() => 3,
        How::Skipped => 1,
        How::NotAsked => 0,
    }
}
