//! A field's value as it stands in a request.

use serde::de::{Deserializer, IntoDeserializer, Unexpected, Visitor, value::SeqDeserializer};
use serde_json::Value;

/// The value of a field.
pub(crate) enum Part {
    /// In a body.
    Json(Value),
    /// In a path or a query, where a number is text too and a list is a name that comes more than once.
    Text(Vec<String>),
}

impl IntoDeserializer<'_, serde_json::Error> for Part {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Part {
    /// The one text that is left of a path's or query's values: the last, as in most frameworks.
    fn last(texts: Vec<String>) -> String {
        texts.into_iter().next_back().unwrap_or_default()
    }
}

macro_rules! parsed {
    ($($method:ident => $visit:ident, $expected:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self {
                Self::Json(value) => value.$method(visitor),
                Self::Text(texts) => {
                    let text = Self::last(texts);
                    match text.parse() {
                        Ok(value) => visitor.$visit(value),
                        Err(_) => {
                            Err(serde::de::Error::invalid_type(Unexpected::Str(&text), &$expected))
                        }
                    }
                }
            }
        })*
    };
}

impl<'de> Deserializer<'de> for Part {
    type Error = serde_json::Error;

    parsed! {
        deserialize_bool => visit_bool, "a boolean";
        deserialize_i8 => visit_i8, "i8";
        deserialize_i16 => visit_i16, "i16";
        deserialize_i32 => visit_i32, "i32";
        deserialize_i64 => visit_i64, "i64";
        deserialize_u8 => visit_u8, "u8";
        deserialize_u16 => visit_u16, "u16";
        deserialize_u32 => visit_u32, "u32";
        deserialize_u64 => visit_u64, "u64";
        deserialize_f32 => visit_f32, "f32";
        deserialize_f64 => visit_f64, "f64";
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(value) => value.deserialize_any(visitor),
            Self::Text(texts) => visitor.visit_string(Self::last(texts)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(value) => value.deserialize_option(visitor),
            Self::Text(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(value) => value.deserialize_seq(visitor),
            Self::Text(texts) => {
                let items = texts.into_iter().map(|text| Self::Text(vec![text]));
                visitor.visit_seq(SeqDeserializer::new(items))
            }
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(value) => value.deserialize_newtype_struct(name, visitor),
            Self::Text(_) => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(value) => value.deserialize_enum(name, variants, visitor),
            Self::Text(texts) => visitor.visit_enum(Self::last(texts).into_deserializer()),
        }
    }

    serde::forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}
