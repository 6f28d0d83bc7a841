use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;
use wheelhouse_core::{
    Failure, Result, UserId,
    account::{Account, AccountStore, Redemption, RefreshToken, Role, SessionStore},
    chat::ChatMessage,
    conversation::{Conversation, ConversationStore, StoredMessage, TurnClaim},
    plugin::PluginSwitchStore,
};

/// A database in memory.
#[derive(Default)]
pub(crate) struct FakeStore {
    tables: Mutex<Tables>,
    pub(crate) accounts_down: AtomicBool,
    pub(crate) messages_down: AtomicBool,
}

#[derive(Default)]
struct Tables {
    accounts: Vec<Account>,
    tokens: Vec<(RefreshToken, bool)>,
    conversations: Vec<Conversation>,
    messages: Vec<(Uuid, StoredMessage)>,
    turns: HashMap<(UserId, String), (Timestamp, Option<Value>)>,
    switched_off: BTreeSet<String>,
}

impl FakeStore {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    fn accounts(&self) -> Result<MutexGuard<'_, Tables>> {
        if self.accounts_down.load(Ordering::Relaxed) {
            return Err(Failure::unavailable("The database is down."));
        }
        Ok(self.tables())
    }

    pub(crate) fn messages(&self) -> Vec<ChatMessage> {
        self.tables().messages.iter().map(|(_, stored)| stored.message.clone()).collect()
    }

    pub(crate) fn conversations(&self) -> Vec<Conversation> {
        self.tables().conversations.clone()
    }

    pub(crate) fn open_turns(&self) -> usize {
        self.tables().turns.values().filter(|(_, answer)| answer.is_none()).count()
    }

    /// Leaves claims behind as a process does that is killed.
    pub(crate) fn forget_answers(&self) {
        self.tables().turns.values_mut().for_each(|(_, answer)| *answer = None);
    }
}

#[async_trait]
impl AccountStore for FakeStore {
    async fn insert_account(&self, account: &Account) -> Result<()> {
        let mut tables = self.accounts()?;
        if tables.accounts.iter().any(|known| known.user.email == account.user.email) {
            return Err(Failure::conflict("taken").with_code("email_taken"));
        }
        tables.accounts.push(account.clone());
        Ok(())
    }

    async fn find_account_by_email(&self, email: &str) -> Result<Option<Account>> {
        Ok(self.accounts()?.accounts.iter().find(|known| known.user.email.as_deref() == Some(email)).cloned())
    }

    async fn find_account(&self, user: &UserId) -> Result<Option<Account>> {
        Ok(self.accounts()?.accounts.iter().find(|known| known.user.id == *user).cloned())
    }

    async fn set_role(&self, user: &UserId, role: Role) -> Result<()> {
        let mut tables = self.accounts()?;
        let account = tables.accounts.iter_mut().find(|known| known.user.id == *user);
        account.ok_or_else(|| Failure::not_found("no such account"))?.role = role;
        Ok(())
    }

    async fn list_administrators(&self, limit: u32) -> Result<Vec<Account>> {
        let tables = self.accounts()?;
        let administrators = tables.accounts.iter().filter(|known| known.role == Role::Administrator);
        Ok(administrators.take(limit as usize).cloned().collect())
    }
}

#[async_trait]
impl PluginSwitchStore for FakeStore {
    async fn disabled_plugins(&self) -> Result<BTreeSet<String>> {
        Ok(self.tables().switched_off.clone())
    }

    async fn switch_plugin(&self, id: &str, enabled: bool, _now: Timestamp) -> Result<()> {
        let off = &mut self.tables().switched_off;
        match enabled {
            true => off.remove(id),
            false => off.insert(id.to_owned()),
        };
        Ok(())
    }
}

#[async_trait]
impl SessionStore for FakeStore {
    async fn insert_refresh_token(&self, token: &RefreshToken) -> Result<()> {
        self.tables().tokens.push((token.clone(), false));
        Ok(())
    }

    async fn find_refresh_token(&self, hash: &[u8; 32]) -> Result<Option<RefreshToken>> {
        Ok(self.tables().tokens.iter().find(|(token, _)| token.hash == *hash).map(|(token, _)| token.clone()))
    }

    async fn redeem_refresh_token(
        &self,
        hash: &[u8; 32],
        now: Timestamp,
        successor: &RefreshToken,
    ) -> Result<Redemption> {
        let mut tables = self.tables();
        let Some((token, used)) = tables.tokens.iter_mut().find(|(token, _)| token.hash == *hash) else {
            return Ok(Redemption::Refused);
        };
        if token.expires <= now {
            return Ok(Redemption::Refused);
        }
        if *used {
            let session = token.session;
            tables.tokens.retain(|(token, _)| token.session != session);
            return Ok(Redemption::Reused { session });
        }
        *used = true;
        tables.tokens.push((successor.clone(), false));
        Ok(Redemption::Rotated)
    }

    async fn revoke_session(&self, session: Uuid, _now: Timestamp) -> Result<()> {
        self.tables().tokens.retain(|(token, _)| token.session != session);
        Ok(())
    }

    async fn prune_refresh_tokens(&self, before: Timestamp) -> Result<u64> {
        let mut tables = self.tables();
        let count = tables.tokens.len();
        tables.tokens.retain(|(token, _)| token.expires >= before);
        Ok((count - tables.tokens.len()) as u64)
    }
}

#[async_trait]
impl ConversationStore for FakeStore {
    async fn insert_conversation(&self, conversation: &Conversation) -> Result<()> {
        let mut tables = self.tables();
        let taken = tables.conversations.iter().any(|known| {
            known.user == conversation.user
                && (known.id == conversation.id
                    || (known.session_id.is_some() && known.session_id == conversation.session_id))
        });
        if taken {
            return Err(Failure::conflict("taken"));
        }
        tables.conversations.push(conversation.clone());
        Ok(())
    }

    async fn find_conversation(&self, user: &UserId, id: Uuid) -> Result<Option<Conversation>> {
        Ok(self.tables().conversations.iter().find(|known| known.user == *user && known.id == id).cloned())
    }

    async fn find_conversation_by_session(
        &self,
        user: &UserId,
        session_id: &str,
    ) -> Result<Option<Conversation>> {
        let tables = self.tables();
        let found =
            |known: &&Conversation| known.user == *user && known.session_id.as_deref() == Some(session_id);
        Ok(tables.conversations.iter().find(found).cloned())
    }

    async fn append_messages(
        &self,
        user: &UserId,
        conversation: Uuid,
        messages: &[StoredMessage],
    ) -> Result<()> {
        if self.messages_down.load(Ordering::Relaxed) {
            return Err(Failure::unavailable("The database is down."));
        }
        let mut tables = self.tables();
        if !tables.conversations.iter().any(|known| known.user == *user && known.id == conversation) {
            return Err(Failure::not_found("no such conversation"));
        }
        tables.messages.extend(messages.iter().map(|message| (conversation, message.clone())));
        Ok(())
    }

    async fn recent_messages(
        &self,
        _user: &UserId,
        conversation: Uuid,
        limit: u32,
    ) -> Result<Vec<StoredMessage>> {
        let tables = self.tables();
        let all =
            tables.messages.iter().filter(|(of, _)| *of == conversation).map(|(_, message)| message.clone());
        let all: Vec<_> = all.collect();
        Ok(all[all.len().saturating_sub(limit as usize)..].to_vec())
    }

    async fn claim_turn(
        &self,
        user: &UserId,
        key: &str,
        now: Timestamp,
        stale_before: Timestamp,
    ) -> Result<TurnClaim> {
        let mut tables = self.tables();
        let turn = tables.turns.entry((user.clone(), key.to_owned()));
        let mut fresh = false;
        let (claimed, answer) = turn.or_insert_with(|| {
            fresh = true;
            (now, None)
        });
        Ok(match answer {
            Some(answer) => TurnClaim::Finished(answer.clone()),
            None if fresh || *claimed < stale_before => {
                *claimed = now;
                TurnClaim::Claimed
            }
            None => TurnClaim::Running,
        })
    }

    async fn finish_turn(&self, user: &UserId, key: &str, answer: &Value) -> Result<()> {
        if let Some((_, kept)) = self.tables().turns.get_mut(&(user.clone(), key.to_owned())) {
            *kept = Some(answer.clone());
        }
        Ok(())
    }

    async fn abandon_turn(&self, user: &UserId, key: &str) -> Result<()> {
        self.tables().turns.remove(&(user.clone(), key.to_owned()));
        Ok(())
    }

    async fn prune_turns(&self, before: Timestamp) -> Result<u64> {
        let mut tables = self.tables();
        let count = tables.turns.len();
        tables.turns.retain(|_, (claimed, _)| *claimed >= before);
        Ok((count - tables.turns.len()) as u64)
    }
}
