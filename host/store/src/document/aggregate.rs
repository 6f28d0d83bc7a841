//! Figures over many documents.
//!
//! The database adds integers up, in two halves, since neither database has a sum that is exact beyond 64 bits and the same
//! on the other. Decimals are added up here, each value once with how often it occurs and in the order of the values, as the
//! sum of doubles depends on their order and a database promises none.

mod figures;

use futures_util::TryStreamExt;
use wheelhouse_core::{
    Failure, FailureClass, Result,
    document::{Aggregation, Function, Group},
};

use self::figures::Figures;
use super::{Scope, filter, rank};
use crate::sql::{Backend, Statement, column};

const MAX_GROUPS: usize = 1_000;
/// The keys of all groups together: texts may be as long as a document.
const MAX_KEY_BYTES: usize = 1024 * 1024;

/// # Errors
/// As of `DocumentStore::aggregate`.
pub(super) async fn aggregate<B: Backend>(
    connection: &mut B::Connection,
    scope: &Scope<'_>,
    aggregation: &Aggregation,
) -> Result<Vec<Group>> {
    let function = aggregation.function;
    let mut rows = statement::<B>(scope, aggregation)?.fetch(connection)?;
    let mut groups: Vec<Group> = Vec::new();
    let mut present: Option<(String, Figures)> = None;
    let mut key_bytes = 0;
    while let Some(row) = rows.try_next().await? {
        let key = column::<B, String>(&row, 0)?;
        if present.as_ref().is_none_or(|(present, _)| *present != key) {
            if let Some((key, figures)) = present.take() {
                groups.push(figures.into_group(&key, function)?);
            }
            key_bytes += key.len();
            check_size(groups.len() + 1, key_bytes)?;
            present = Some((key, Figures::default()));
        }
        if let Some((_, figures)) = &mut present {
            figures.add::<B>(&row)?;
        }
    }
    match present {
        Some((key, figures)) => groups.push(figures.into_group(&key, function)?),
        None if aggregation.group_by.is_none() => {
            groups.push(Figures::default().into_group(rank::NULL, function)?)
        }
        None => {}
    }
    Ok(groups)
}

fn check_size(groups: usize, key_bytes: usize) -> Result<()> {
    if groups > MAX_GROUPS {
        return Err(Failure::invalid_field(
            "group_by",
            format!("there are more than {MAX_GROUPS} groups; add conditions, or group by another field"),
        ));
    }
    if key_bytes > MAX_KEY_BYTES {
        return Err(Failure::new(
            FailureClass::TooLarge,
            "The values of the field to group by are too long; group by another field.",
        ));
    }
    Ok(())
}

/// Gives rows as [`Figures::add`] takes them, group by group.
fn statement<B: Backend>(scope: &Scope<'_>, aggregation: &Aggregation) -> Result<Statement<B>> {
    if aggregation.field.is_none() && aggregation.function != Function::Count {
        return Err(Failure::invalid_field("field", "only `count` goes without a field"));
    }
    // Of a sum, a group's integers make one row and each of its decimals another.
    let (decimal, high, low, extreme) = match aggregation.function {
        Function::Count => (NO_TEXT, NO_INTEGER, NO_INTEGER, NO_TEXT),
        Function::Min => (NO_TEXT, NO_INTEGER, NO_INTEGER, "min(number)"),
        Function::Max => (NO_TEXT, NO_INTEGER, NO_INTEGER, "max(number)"),
        Function::Sum | Function::Avg => (DECIMAL, "sum(whole >> 32)", "sum(whole & 4294967295)", NO_TEXT),
    };
    // Materialized, since SQLite would look into the JSON anew for every mention of a rank.
    let mut statement = Statement::new("WITH found AS MATERIALIZED (SELECT ");
    let group_key = match &aggregation.group_by {
        Some(path) => format!("coalesce({}, '{}')", filter::field(&mut statement, path), rank::NULL),
        None => format!("'{}'", rank::NULL),
    };
    let field = match &aggregation.field {
        Some(path) => filter::field(&mut statement, path),
        // Every document counts as if it had a number.
        None => format!("'{}'", rank::NUMBER),
    };
    statement.push(&format!("{group_key} AS group_key, {field} AS field FROM documents"));
    filter::push_filter(&mut statement, scope, &aggregation.conditions)?;
    statement.push(&format!(
        "), numbers AS (
             SELECT group_key, CASE WHEN field >= '{NUMBER}' AND field < '{TEXT}' THEN field END AS number FROM found
         ), parts AS (
             SELECT group_key, number, {decimal} AS decimal_number, {WHOLE} AS whole FROM numbers
         )
         SELECT group_key, decimal_number, count(*), count(number),
                CAST({high} AS BIGINT), CAST({low} AS BIGINT), {extreme}
         FROM parts GROUP BY group_key, decimal_number ORDER BY group_key, decimal_number",
        NUMBER = rank::NUMBER,
        TEXT = rank::TEXT,
    ));
    Ok(statement)
}

const NO_TEXT: &str = "CAST(NULL AS TEXT)";
const NO_INTEGER: &str = "NULL";
/// The rank of a number that is no integer.
const DECIMAL: &str = "CASE WHEN length(number) = 21 THEN number END";
/// The integer of a rank, from the digits at its end.
const WHOLE: &str = "CASE WHEN length(number) > 21 THEN CAST(substr(number, 22) AS BIGINT) END";
// The figures above are this one.
const _: () = assert!(rank::DECIMAL_LENGTH == 21);
