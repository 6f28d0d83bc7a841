//! One setting on its way from text into the type that a struct wants.

use serde::de::{Deserializer, Error, IntoDeserializer, Visitor};
use serde_json::Value;

/// Its text: a text as it is, everything else as JSON.
pub(super) struct Setting(pub(super) String);

impl IntoDeserializer<'_, serde_json::Error> for Setting {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Setting {
    fn json(&self) -> Result<Value, serde_json::Error> {
        serde_json::from_str(&self.0)
    }
}

macro_rules! from_json {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Self::Error> {
            self.json()?.$method($($argument,)* visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Setting {
    type Error = serde_json::Error;

    from_json! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128() deserialize_f32() deserialize_f64()
        deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(length: usize) deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map() deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    /// Without a wish, a text is a text.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant's name, or an object with a variant's content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.json() {
            Ok(object @ Value::Object(_)) => object.deserialize_enum(name, variants, visitor),
            _ => visitor
                .visit_enum(self.0.into_deserializer())
                .map_err(|error: serde_json::Error| Error::custom(error)),
        }
    }

    serde::forward_to_deserialize_any! { char str string bytes byte_buf identifier ignored_any }
}
