//! The figures of one group.

use wheelhouse_core::{
    Failure, Result,
    document::{Function, Group, Scalar},
};

use super::rank;
use crate::sql::{Backend, column};

#[derive(Default)]
pub(super) struct Figures {
    documents: u64,
    numbers: u64,
    /// Exact: each is below 2^63, and there are fewer than 2^63.
    integers: i128,
    decimals: Option<Decimals>,
    /// The rank of the smallest or largest number.
    extreme: Option<String>,
}

impl Figures {
    /// Takes a row of `group key, decimal, documents, numbers, sum of the integers' upper halves, of their lower halves,
    /// extreme`. With a decimal, the row is about the documents that have just this one.
    pub(super) fn add<B: Backend>(&mut self, row: &B::Row) -> Result<()> {
        let count = |index| u64::try_from(column::<B, i64>(row, index)?).map_err(Failure::internal);
        let numbers = count(3)?;
        self.documents += count(2)?;
        self.numbers += numbers;
        if let Some(decimal) = column::<B, Option<String>>(row, 1)? {
            let Scalar::Decimal(decimal) = rank::to_scalar(&decimal)? else {
                return Err(Failure::internal("a whole number came as a decimal"));
            };
            self.decimals.get_or_insert_default().add(decimal * numbers as f64);
        }
        if let (Some(high), Some(low)) =
            (column::<B, Option<i64>>(row, 4)?, column::<B, Option<i64>>(row, 5)?)
        {
            self.integers += (i128::from(high) << 32) + i128::from(low);
        }
        if let Some(extreme) = column::<B, Option<String>>(row, 6)? {
            self.extreme = Some(extreme);
        }
        Ok(())
    }

    pub(super) fn into_group(self, key: &str, function: Function) -> Result<Group> {
        let value = match function {
            Function::Count => Scalar::Integer(i64::try_from(self.numbers).map_err(Failure::internal)?),
            Function::Min | Function::Max => {
                self.extreme.as_deref().map_or(Ok(Scalar::Null), rank::to_scalar)?
            }
            Function::Sum => match (i64::try_from(self.integers), &self.decimals) {
                (Ok(integer), None) => Scalar::Integer(integer),
                _ => Scalar::Decimal(self.sum()?),
            },
            Function::Avg if self.numbers == 0 => Scalar::Null,
            Function::Avg => Scalar::Decimal(self.sum()? / self.numbers as f64),
        };
        Ok(Group { key: rank::to_scalar(key)?, value, count: self.documents })
    }

    fn sum(&self) -> Result<f64> {
        let sum = self.integers as f64 + self.decimals.as_ref().map_or(0.0, Decimals::sum);
        if sum.is_finite() {
            Ok(sum)
        } else {
            Err(Failure::invalid_field("field", "the sum of its numbers is too large for any number"))
        }
    }
}

/// A sum of doubles that keeps what rounding takes away (Neumaier's).
#[derive(Default)]
struct Decimals {
    sum: f64,
    lost: f64,
}

impl Decimals {
    fn add(&mut self, decimal: f64) {
        let sum = self.sum + decimal;
        self.lost += if self.sum.abs() >= decimal.abs() {
            (self.sum - sum) + decimal
        } else {
            (decimal - sum) + self.sum
        };
        self.sum = sum;
    }

    fn sum(&self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(integers: i128, decimals: &[f64], numbers: u64) -> Figures {
        let mut figures = Figures { documents: numbers, numbers, integers, ..Figures::default() };
        for decimal in decimals {
            figures.decimals.get_or_insert_default().add(*decimal);
        }
        figures
    }

    fn value(figures: Figures, function: Function) -> Scalar {
        figures.into_group(rank::NULL, function).expect("finite").value
    }

    #[test]
    fn sum_of_integers_is_exact_until_it_is_too_large_for_one() {
        assert_eq!(value(figures(i64::MAX.into(), &[], 2), Function::Sum), Scalar::Integer(i64::MAX));
        let beyond = i128::from(i64::MAX) + 1;
        assert_eq!(
            value(figures(beyond, &[], 2), Function::Sum),
            Scalar::Decimal(9_223_372_036_854_775_808.0)
        );
    }

    #[test]
    fn sum_of_decimals_loses_nothing_between_large_and_small() {
        assert_eq!(value(figures(0, &[1e16, 1.5, -1e16], 3), Function::Sum), Scalar::Decimal(1.5));
        assert_eq!(value(figures(1, &[0.5], 2), Function::Sum), Scalar::Decimal(1.5));
    }

    #[test]
    fn figures_of_nothing_are_none_but_for_the_sum() {
        assert_eq!(value(Figures::default(), Function::Sum), Scalar::Integer(0));
        assert_eq!(value(Figures::default(), Function::Count), Scalar::Integer(0));
        for function in [Function::Min, Function::Max, Function::Avg] {
            assert_eq!(value(Figures::default(), function), Scalar::Null);
        }
    }

    #[test]
    fn sum_beyond_all_numbers_is_refused() {
        assert!(figures(0, &[f64::MAX, f64::MAX], 2).into_group(rank::NULL, Function::Sum).is_err());
    }
}
