//! The JSON Schema of rule files, for editors. Its keys are those that the reader of rule files knows; what is said of each stands here.

use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value, json};

use crate::check::{CHECKS, VALIDATORS};
use crate::model::rule::{CharClass, FAMILIES};
use crate::model::{Confidence, FileKind, RuleStatus, Severity};

use super::load::{RawCounterexample, RawFile, RawKey, RawPlaced, RawRule, RawSink};
use super::resource::{Is, RawCondition, RawTest, Unit};
use super::sinks::{Entry, LANGUAGES, Sinks};

/// The version that editors support most widely.
const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// The schema of a rule file.
pub fn rule_file() -> Value {
    let keys = vec![
        ("rule", array(&rule(), "One table `[[rule]]` for each rule.")),
        ("languages", array(&json!({ "enum": LANGUAGES }), "Languages of the slots that name none of their own.")),
        ("sink", array(&sink(), "One table `[[sink]]` for each slot of an API.")),
    ];
    document::<RawFile>("Rule file of aelix-lint", keys)
}

/// The schema of a whole file whose keys are those of `T`.
pub fn document<T: DeserializeOwned>(title: &str, keys: Vec<(&str, Value)>) -> Value {
    let Value::Object(mut schema) = object::<T>(keys, &[]) else { return Value::Null };
    schema.insert("$schema".to_owned(), DRAFT.into());
    schema.insert("title".to_owned(), title.into());
    Value::Object(schema)
}

/// The schema of a table whose keys are those of `T`. What is said of a key that `T` does not have is left out; a key of which nothing is said may be
/// anything.
pub fn object<T: DeserializeOwned>(keys: Vec<(&str, Value)>, required: &[&str]) -> Value {
    let mut known: Map<String, Value> = keys.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect();
    let properties: Map<String, Value> =
        fields_of::<T>().iter().map(|field| ((*field).to_owned(), known.remove(*field).unwrap_or(Value::Bool(true)))).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// A text.
pub fn text(about: &str) -> Value {
    json!({ "type": "string", "description": about })
}

/// A list of `items`.
pub fn array(items: &Value, about: &str) -> Value {
    json!({ "type": "array", "items": items, "description": about })
}

/// A list of texts.
pub fn texts(about: &str) -> Value {
    array(&json!({ "type": "string" }), about)
}

/// One of some texts.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>, about: &str) -> Value {
    json!({ "enum": names.into_iter().collect::<Vec<_>>(), "description": about })
}

/// A schema with what is said of it.
pub fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = about.into();
    schema
}

/// The schema of one slot of an API.
pub fn sink() -> Value {
    let one_or_more = |about: &str| json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }], "description": about });
    let keys = vec![
        (
            "kind",
            text(
                "What the slot carries, as a rule with [rule.sink] names it: client-secret, api-key, bearer, basic-auth, password, webhook-secret, signing-key.",
            ),
        ),
        ("languages", array(&json!({ "enum": LANGUAGES }), "Languages of the API.")),
        ("callee", one_or_more("The function, constructor or macro by its last segments; a method as .name; none: a field.")),
        ("from", texts("Packages one of which the callee must come from; none: its name is enough.")),
        ("argument", json!({ "type": "integer", "minimum": 0, "description": "Position of the argument, from 0." })),
        ("name", one_or_more("Name of the argument, of the entry (auth.clientSecret) or of the field.")),
        ("beside", texts("Words one of which the file must hold, in any case.")),
        ("after", text("What stands before the secret in the value, such as `Bearer `.")),
        ("credentials", json!({ "type": "boolean", "description": "Whether the value is `user:password`, plain or in base64: only the password counts." })),
    ];
    object::<Entry>(keys, &["kind"])
}

fn rule() -> Value {
    let required = ["id", "title", "severity", "confidence", "why", "fix", "examples"];
    let mut schema = object::<RawRule>([about_rule(), matchers(), conditions(), reasons()].concat(), &required);
    let matchers = ["pattern", "key", "sink", "query", "resource", "check"].map(|key| json!({ "required": [key] }));
    schema["oneOf"] = json!(matchers);
    schema
}

fn about_rule() -> Vec<(&'static str, Value)> {
    let families: Vec<&str> = FAMILIES.into_iter().chain(["custom"]).collect();
    let id = format!("^({})/[a-z0-9-]+$", families.join("|"));
    vec![
        ("id", json!({ "type": "string", "pattern": id, "description": "Stable id: family/what-is-wrong. An id of a built-in rule replaces that rule." })),
        ("aliases", texts("Former ids; suppressions that name them still work.")),
        ("title", text("What was found, as a noun phrase without a full stop.")),
        ("severity", one_of(variants_of::<Severity>().iter().copied(), "Harm if the finding is true.")),
        ("confidence", one_of(variants_of::<Confidence>().iter().copied(), "Likelihood that the finding is true; low is not reported by default.")),
        ("status", one_of(variants_of::<RuleStatus>().iter().copied(), "preview: off unless selected by its id; stable: on; deprecated: works and will go.")),
        ("since", text("First version that has the rule.")),
        ("tags", texts("Words to find the rule by; the provider first.")),
        ("priority", json!({ "type": "integer", "description": "Who wins where two rules report the same bytes: the higher number." })),
    ]
}

fn matchers() -> Vec<(&'static str, Value)> {
    let kinds = one_of(variants_of::<FileKind>().iter().copied(), "A kind of file.");
    let key = vec![
        ("name", text("Regex on the name in snake case and lower case; none: names of secrets as the program knows them.")),
        ("value", text("Regex that the whole value matches.")),
        ("alone", text("Regex that the whole value, a random one, matches where the group `alone` of the name takes part, which says of no credential.")),
        ("opaque", json!({ "type": "boolean", "description": "The value has no format of its own: it must look random." })),
        ("kinds", array(&kinds, "Only in files of these kinds.")),
    ];
    let slots = Sinks::built_in().unwrap_or_default();
    let mut kinds: Vec<&str> = slots.kinds().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let sink = vec![("kind", one_of(kinds, "What the slot carries."))];
    vec![
        ("pattern", text("Regex on the bytes of a line (Rust syntax, ASCII classes). The group named `secret` is what is reported; none: the whole match.")),
        ("multiline", json!({ "type": "integer", "minimum": 0, "description": "The pattern may cross line ends, within this many bytes." })),
        ("key", described(object::<RawKey>(key, &[]), "A name bound to a value, in any notation.")),
        ("sink", described(object::<RawSink>(sink, &["kind"]), "A literal that reaches a slot of a known API.")),
        (
            "query",
            json!({
                "type": "object", "propertyNames": { "enum": LANGUAGES }, "additionalProperties": { "type": "string" },
                "description": "A query of tree-sitter for each language; what it captures as @secret is reported."
            }),
        ),
        ("resource", array(&resource(), "Declared infrastructure; one of these conditions is enough.")),
        ("check", one_of(CHECKS, "A function of the program.")),
    ]
}

/// `[[rule.resource]]`.
fn resource() -> Value {
    let test = vec![
        ("attribute", text("Dotted path of the attribute; $speaking is what the resource is called, $context the same with the path of its file.")),
        ("is", one_of(variants_of::<Is>().iter().copied(), "What needs no value to compare with; unset is absent, empty, zero or false.")),
        ("equals", texts("It is one of these, in any case.")),
        ("not", texts("It is there and none of these.")),
        ("matches", text("This regex is in it.")),
        ("lacks", text("This regex is not in it, or it is not there.")),
        ("in_none", text("This regex is in none of its values, or it is not there.")),
        ("longer_than", text("It is a length of time, or a schedule with a pause, longer than this: 90d, 24h.")),
        ("shorter_than", text("It is a length of time shorter than this: 365d.")),
        ("unit", one_of(variants_of::<Unit>().iter().copied(), "What a bare number counts.")),
        ("later_than", text("It is a moment further ahead than this.")),
        ("from", text("The attribute with the moment from which `later_than` counts, where it is later than now.")),
        ("linked", texts("A resource of these types refers to this one.")),
        ("unlinked", texts("No resource of these types refers to this one.")),
        ("refers", texts("The attribute refers to a resource of one of these types.")),
    ];
    let condition = vec![
        ("types", texts("Types of resources; * stands for any text.")),
        ("block", text("Dotted path of a nested block, each of which is looked at alone.")),
        ("when", array(&object::<RawTest>(test, &[]), "All must hold; what is not known before it is applied is no finding.")),
        ("message", text("What to say; {name}, {value} and {length} stand for the resource and its first value.")),
        ("snippet", text("What to add instead.")),
        ("severity", one_of(variants_of::<Severity>().iter().copied(), "Another severity than that of the rule.")),
    ];
    object::<RawCondition>(condition, &["types", "when"])
}

fn conditions() -> Vec<(&'static str, Value)> {
    let classes = one_of(variants_of::<CharClass>().iter().copied(), "A class of characters.");
    let keywords = array(
        &json!({ "type": "string", "minLength": 4 }),
        "Literals of at least four bytes, one of which is in every match; only where the program can derive none from the pattern.",
    );
    vec![
        ("keywords", keywords),
        ("files", texts("Only in files whose path one of these globs matches.")),
        ("min_entropy", json!({ "type": "number", "description": "Least Shannon entropy of the value, in bits per byte." })),
        ("require", array(&classes, "Classes of characters that the value must have.")),
        ("validate", one_of(VALIDATORS.iter().map(|(name, _)| *name), "An offline check of the value.")),
        ("allow", texts("Regexes of values that are not reported.")),
        ("requires", array(&requirement(), "Other matches that must be near.")),
    ]
}

fn requirement() -> Value {
    let properties = json!({
        "rule": text("Id of the other rule."),
        "pattern": text("Regex of the other text."),
        "within_lines": { "type": "integer", "minimum": 0, "description": "At most so many lines away." },
        "within_bytes": { "type": "integer", "minimum": 0, "description": "At most so many bytes away." },
        "same": one_of(["structure"], "In the same structure."),
        "optional": { "type": "boolean", "description": "It is related where it is there, and not required." },
        "message": text("What the place of the other match has to do with the finding."),
    });
    let one = |keys: &[&str]| keys.iter().map(|key| json!({ "required": [key] })).collect::<Vec<_>>();
    let choices = json!([{ "oneOf": one(&["rule", "pattern"]) }, { "oneOf": one(&["within_lines", "within_bytes", "same"]) }]);
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "allOf": choices })
}

fn reasons() -> Vec<(&'static str, Value)> {
    let placed = vec![("path", text("File name that the text stands in.")), ("text", text("The text, with «…» around the bytes that must be reported."))];
    let example = json!({ "anyOf": [{ "type": "string" }, object::<RawPlaced>(placed, &["path", "text"])] });
    let mut examples = array(&example, "Texts in which exactly the bytes between « and » are reported.");
    examples["minItems"] = 1.into();
    let counterexample = vec![
        ("path", text("File name that the text stands in.")),
        ("text", text("Text in which the rule reports nothing.")),
        ("because", text("Why it is no finding.")),
    ];
    vec![
        ("why", text("What goes wrong, in one or two sentences.")),
        ("fix", text("What to do, in one or two sentences.")),
        ("references", texts("Pages that say more, the best first.")),
        ("examples", examples),
        ("counterexamples", array(&object::<RawCounterexample>(counterexample, &["text", "because"]), "Texts in which the rule reports nothing.")),
    ]
}

/// The keys that a derived reader knows, as they are written.
pub fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &[&str] = &[];
    let _ = T::deserialize(Trap(&mut names));
    names
}

/// The names of the values of an enum, as they are written.
pub fn variants_of<T: DeserializeOwned>() -> &'static [&'static str] {
    fields_of::<T>()
}

/// Reads nothing: keeps the names that a derived reader asks for.
struct Trap<'a>(&'a mut &'static [&'static str]);

impl Trap<'_> {
    fn keep<T>(self, names: &'static [&'static str]) -> Result<T, de::value::Error> {
        *self.0 = names;
        Err(de::Error::custom("only the names are asked for"))
    }
}

impl<'de> Deserializer<'de> for Trap<'_> {
    type Error = de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.keep(&[])
    }

    fn deserialize_struct<V: Visitor<'de>>(self, _: &'static str, fields: &'static [&'static str], _: V) -> Result<V::Value, Self::Error> {
        self.keep(fields)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, variants: &'static [&'static str], _: V) -> Result<V::Value, Self::Error> {
        self.keep(variants)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_reader() {
        assert_eq!(fields_of::<RawSink>(), ["kind"]);
        assert!(fields_of::<RawRule>().contains(&"min_entropy"));
        assert_eq!(variants_of::<Severity>(), ["info", "low", "medium", "high", "critical"]);
        assert_eq!(variants_of::<FileKind>()[0], "env-file");
    }
}
