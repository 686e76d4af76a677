//! Clients that bare annotations declare (`MicroProfile` Rest Client): `@GET` and `@Path("/{id}")` above each method, `@Path("/v1/accounts")` above the interface.

use crate::text::Span;

/// The annotation that tells such a client from a server, whose annotations are the same.
pub const MARK: &str = "RegisterRestClient";
/// Annotations that say by which method a request is sent.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
/// Methods of one file that are read.
const MAX_METHODS: usize = 2_000;

/// What stands before one declaration.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The HTTP method with its annotation; none above what holds the methods.
    pub method: Option<(&'static str, Span)>,
    /// Where the annotation of a path begins, at its name.
    pub path: Option<usize>,
}

/// The declarations of a program in Java or Kotlin that bear a method or a path, in order.
pub fn declared(bytes: &[u8]) -> Vec<Declared> {
    let (mut all, mut at, mut own, mut depth) = (Vec::new(), 0, Declared::default(), 0_usize);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' | b'\'' => at = behind_text(bytes, at, byte),
            b'/' if bytes.get(at) == Some(&b'/') => at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end),
            b'/' if bytes.get(at) == Some(&b'*') => at = memchr::memmem::find(&bytes[at..], b"*/").map_or(bytes.len(), |end| at + end + 2),
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'@' if depth == 0 => {
                let name = word(bytes, at);
                match METHODS.iter().find(|method| method.as_bytes() == name) {
                    Some(method) => own.method = Some((*method, Span::new(at - 1, at + name.len()))),
                    None if name == b"Path" => own.path = Some(at),
                    None => {}
                }
                at += name.len();
            }
            // The end of a declaration, or the beginning of what it holds.
            b';' | b'{' | b'}' if depth == 0 => take(&mut own, &mut all),
            b'f' if depth == 0 && word(bytes, at - 1) == b"fun" && !bytes.get(at.wrapping_sub(2)).is_some_and(u8::is_ascii_alphanumeric) => {
                take(&mut own, &mut all);
            }
            _ => {}
        }
        if all.len() >= MAX_METHODS {
            break;
        }
    }
    all
}

/// The annotations without arguments whose names are a method and one of these ends: `@PostMapping`, `@Get`.
pub fn bare(bytes: &[u8], ends: &[&str]) -> Vec<(&'static str, Span)> {
    let found = |at: usize| {
        let name = word(bytes, at + 1);
        let text = std::str::from_utf8(name).ok()?;
        let method = METHODS.iter().find(|method| {
            let rest = text.get(..method.len()).filter(|own| own.eq_ignore_ascii_case(method)).map(|own| &text[own.len()..]);
            rest.is_some_and(|rest| ends.contains(&rest))
        })?;
        let end = at + 1 + name.len();
        let is_bare = !matches!(bytes.get(end), Some(b'(' | b'.'));
        is_bare.then(|| (*method, Span::new(at, end)))
    };
    if ends.is_empty() {
        return Vec::new();
    }
    memchr::memchr_iter(b'@', bytes).filter_map(found).take(MAX_METHODS).collect()
}

fn take(own: &mut Declared, all: &mut Vec<Declared>) {
    let whole = std::mem::take(own);
    if whole != Declared::default() {
        all.push(whole);
    }
}

/// The byte behind the text that begins at `at`; a text ends with its line.
fn behind_text(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut at = at;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'\\' => at += 1,
            b'\n' => break,
            byte if byte == quote => break,
            _ => {}
        }
    }
    at
}

fn word(bytes: &[u8], at: usize) -> &[u8] {
    let rest = &bytes[at.min(bytes.len())..];
    &rest[..rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let path = |at: usize| text[at..].split(')').next().unwrap_or_default().to_owned();
        declared(text.as_bytes()).iter().map(|one| format!("{} {}", one.method.map_or("-", |(name, _)| name), one.path.map_or("-".to_owned(), path))).collect()
    }

    #[test]
    fn annotations_without_arguments_are_found() {
        let java = "interface A {\n  @PostMapping P pay(P p);\n  @GetMapping(\"/x\") P get();\n  @Get\n  P one();\n  @DELETE P gone(@Url String url);\n  @Getter int x; } @";
        let found = |ends: &[&str]| bare(java.as_bytes(), ends).iter().map(|(name, span)| format!("{name} {}", &java[span.range()])).collect::<Vec<_>>();
        assert_eq!(found(&["Mapping"]), ["POST @PostMapping"]);
        assert_eq!(found(&["Exchange", ""]), ["GET @Get", "DELETE @DELETE"]);
        assert!(found(&[]).is_empty());
    }

    #[test]
    fn methods_are_read_with_their_paths() {
        let java = "@Path(\"/v1/a\")\n@RegisterRestClient(configKey = \"x\")\npublic interface A {\n  @GET\n  List<X> all();\n  @GET @Path(\"/{id}\") // @POST\n  X one(@PathParam(\"id\") String id);\n  /* @PUT */ @Path(\"b\")\n  @DELETE void gone(@Path(\"no\") String x);\n}\n";
        assert_eq!(shown(java), ["- Path(\"/v1/a\"", "GET -", "GET Path(\"/{id}\"", "DELETE Path(\"b\""]);
        let kotlin = "@Path(\"/v1\")\ninterface A {\n  @GET\n  fun all(): List<X>\n  @POST\n  @Path(\"b\")\n  fun make(x: X): X\n}\n";
        assert_eq!(shown(kotlin), ["- Path(\"/v1\"", "GET -", "POST Path(\"b\""]);
        for open in ["@GET", "\"", "/*", "@Path(\"", "@", "'\\", "fun"] {
            let _ = declared(open.as_bytes());
        }
    }
}
