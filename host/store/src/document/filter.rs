//! Which documents a statement is about.

use std::fmt::Write;

use wheelhouse_core::{
    Failure, Result,
    document::{Condition, FieldPath, Operator, Scalar},
};

use super::{Scope, fields, rank};
use crate::sql::{Backend, Statement};

const MAX_CONDITIONS: usize = 16;

/// Goes on with `WHERE` and all that must hold.
pub(super) fn push_filter<B: Backend>(
    statement: &mut Statement<B>,
    scope: &Scope<'_>,
    conditions: &[Condition],
) -> Result<()> {
    if conditions.len() > MAX_CONDITIONS {
        return Err(Failure::invalid_field("conditions", format!("at most {MAX_CONDITIONS}")));
    }
    let [plugin, owner, name] = [scope.plugin, scope.owner, scope.name].map(|part| statement.argument(part));
    let mut text = format!(" WHERE plugin = {plugin} AND owner = {owner} AND collection = {name}");
    for condition in conditions {
        let holds = holds(statement, condition)?;
        // Writing into a string cannot fail.
        let _ = write!(text, " AND ({holds})");
    }
    statement.push(&text);
    Ok(())
}

/// The rank of a field, NULL where there is none.
pub(super) fn field<B: Backend>(statement: &mut Statement<B>, path: &FieldPath) -> String {
    let mut text = "fields".to_owned();
    let (last, objects) = path.names().split_last().expect("a path has at least one name");
    for name in objects {
        text = format!("{text} -> {}", statement.argument(fields::object(name)));
    }
    format!("(({text} ->> {}) COLLATE {})", statement.argument(last), B::COLLATION)
}

fn holds<B: Backend>(statement: &mut Statement<B>, condition: &Condition) -> Result<String> {
    let Condition { field: path, operator, value } = condition;
    if is_never(*operator, value) {
        // An argument that the text does not mention would make one text two statements, which PostgreSQL would mix up.
        return Ok("1 = 0".to_owned());
    }
    let field = field(statement, path);
    match value {
        Scalar::Null if *operator == Operator::NotEqual => Ok(format!("{field} IS NOT NULL")),
        Scalar::Null => Ok(format!("{field} IS NULL")),
        value => compare(statement, &field, *operator, value),
    }
}

/// Nothing is before or after null, and only a text can be contained.
fn is_never(operator: Operator, value: &Scalar) -> bool {
    match operator {
        Operator::Less | Operator::Greater => matches!(value, Scalar::Null),
        Operator::Contains => !matches!(value, Scalar::Text(_)),
        Operator::Equal | Operator::NotEqual | Operator::LessOrEqual | Operator::GreaterOrEqual => false,
    }
}

fn compare<B: Backend>(
    statement: &mut Statement<B>,
    field: &str,
    operator: Operator,
    value: &Scalar,
) -> Result<String> {
    let wanted = match value {
        Scalar::Text(part) if operator == Operator::Contains => rank::escape(part).to_ascii_lowercase(),
        value => rank::of_scalar(value)?,
    };
    let (first, after) = rank::bounds(value);
    let wanted = statement.argument(wanted);
    Ok(match operator {
        Operator::Equal => format!("{field} = {wanted}"),
        Operator::NotEqual => format!("{field} IS DISTINCT FROM {wanted}"),
        Operator::Less => format!("{field} >= '{first}' AND {field} < {wanted}"),
        Operator::LessOrEqual => format!("{field} >= '{first}' AND {field} <= {wanted}"),
        Operator::Greater => format!("{field} > {wanted} AND {field} < '{after}'"),
        Operator::GreaterOrEqual => format!("{field} >= {wanted} AND {field} < '{after}'"),
        Operator::Contains => {
            let position = B::POSITION;
            format!("{field} >= '{first}' AND {position}(lower(substr({field}, 2)), {wanted}) > 0")
        }
    })
}
