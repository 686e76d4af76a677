//! JavaScript, TypeScript and TSX: what expressions amount to, and what is found in a project as its developers would write it.
//! No secret-shaped bytes: values are put together at run time.
#![cfg(all(feature = "lang-javascript", feature = "lang-typescript"))]
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod lang_support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aelix_lint::lang;
use aelix_lint::model::{Blob, Confidence, Target};
use aelix_lint::ruleset::{RuleOptions, RuleSet};
use aelix_lint::scan::sink::{self, Sinks};
use aelix_lint::scan::syntax::{Bounds, Parser, facts};
use aelix_lint::scan::{ScanOptions, Scanner, Worker};

use lang_support::{read as facts_of, show};

/// The first argument of the call of `sink`.
fn sunk(path: &str, code: &str) -> String {
    let facts = facts_of(path, code);
    let call = facts.calls.iter().find(|call| call.callee == "sink").unwrap();
    show(&call.arguments[0].value)
}

/// The names that expressions may use, around one of them.
fn around(expression: &str) -> String {
    format!(
        "import * as imported from './settings.js';\nexport const TOP = 'top';\nconst PARTS = ['x', 'y'];\nlet changed = 'one';\nchanged = other();\n\
         const CONFIG = Object.freeze({{ auth: {{ secret: 'nested' }}, plain: 'entry', TOP }});\nconst {{ plain, absent = 'absent' }} = CONFIG;\n\
         const {{ CLIENT_SECRET, X: renamed = 'renamed' }} = process.env;\n\
         class A {{\n  static INNER = 'inner';\n  #hidden = 'hidden';\n  declared = 'declared';\n  constructor(built) {{ this.field = 'field'; this.built = built; }}\n\
         run(other, passed, defaulted = 'default', {{ picked }}) {{\n    const local = 'local';\n    const twice = local;\n    {{ const local = 'no'; }}\n    \
         sink({expression});\n    const later = 'later';\n  }}\n}}\nnew A('built').run(x, 'given', undefined, {{ picked: 'picked' }});\nconst BELOW = 'below';\n"
    )
}

#[test]
fn values_are_folded() {
    for (expression, expected) in [
        ("'abc'", "=abc"),
        (r"'a\x62\u0063'", "=abc"),
        (r#""a\"b""#, "=a\"b"),
        ("''", "="),
        ("`abc`", "=abc"),
        ("`a\nb`", "=a\nb"),
        ("`a${TOP}-${'b'}`", "=atop-b"),
        ("`a${other}b`", "interpolated"),
        (r"String.raw`a\nb`", r"=a\nb"),
        ("'ab' + \"cd\" + `e`", "=abcde"),
        ("'a' + other", "interpolated"),
        ("('a' + ('b'))", "=ab"),
        ("'a'.concat('b', TOP)", "=abtop"),
        ("['a', 'b', 'c'].join('-')", "=a-b-c"),
        ("PARTS.join('')", "=xy"),
        ("util.format('%s-%s', 'a', TOP)", "=a-top"),
        ("atob('YWJj')", "=abc"),
        ("Buffer.from('YWJj', 'base64').toString()", "=abc"),
        ("Buffer.from('YW' + 'Jj', \"base64\").toString('utf8')", "=abc"),
        ("Buffer.from('616263', 'hex').toString()", "=abc"),
        ("Buffer.from('abc')", "=abc"),
        ("Buffer.from('abc', 'utf8')", "=abc"),
        ("Buffer.from([97, 0x62, 99]).toString()", "=abc"),
        ("new TextEncoder().encode('abc')", "=abc"),
        ("new TextEncoder().encode(TOP)", "=top"),
        ("String.fromCharCode(97, 98, 99)", "=abc"),
        ("String.fromCharCode(...[97, 98])", "=ab"),
        ("String.fromCharCode(97, other)", "unknown"),
        ("decodeURIComponent('a%62c')", "=abc"),
        ("'cba'.split('').reverse().join('')", "=abc"),
        ("Array.from('cba').reverse().join('')", "=abc"),
        ("process.env.X", "reference"),
        ("process.env['X']", "reference"),
        ("import.meta.env.X", "reference"),
        ("Deno.env.get('X')", "reference"),
        ("String(process.env.X).trim()", "reference"),
        ("process.env.X || 'abc'", "=abc"),
        ("process.env.X ?? TOP", "=top"),
        ("process.env.X || ''", "reference"),
        ("process.env.X ? process.env.X : 'abc'", "=abc"),
        ("other ? 'abc' : process.env.X", "=abc"),
        ("other ? 'abc' : ''", "=abc"),
        ("configService.get('X', 'abc')", "=abc"),
        ("await client.getSecret('name')", "reference"),
        ("TOP", "=top"),
        ("BELOW", "=below"),
        ("local", "=local"),
        ("twice", "=local"),
        ("later", "unknown"),
        ("changed", "unknown"),
        ("this.field", "=field"),
        ("this.declared", "=declared"),
        ("this.#hidden", "=hidden"),
        ("this.built", "=built"),
        ("A.INNER", "=inner"),
        ("CONFIG.plain", "=entry"),
        ("CONFIG.TOP", "=top"),
        ("CONFIG.auth.secret", "=nested"),
        ("CONFIG?.auth?.secret", "=nested"),
        ("CONFIG.auth.none", "unknown"),
        ("plain", "=entry"),
        ("absent", "=absent"),
        ("renamed", "=renamed"),
        ("CLIENT_SECRET", "reference"),
        ("passed", "=given"),
        ("defaulted", "=default"),
        ("picked", "=picked"),
        ("other", "unknown"),
        ("other.TOP", "unknown"),
        ("imported.TOP", "unknown"),
        ("this.state.field", "unknown"),
        ("call().TOP", "unknown"),
        ("call('x')", "unknown"),
        ("null", "unknown"),
    ] {
        for path in ["a.js", "a.mjs", "a.cjs", "a.jsx", "a.ts", "a.mts", "a.tsx"] {
            assert_eq!(sunk(path, &around(expression)), expected, "{path}: {expression}");
        }
    }
}

#[test]
fn values_with_types_are_folded() {
    for (expression, expected) in [
        ("'abc' as const", "=abc"),
        ("'abc' satisfies string", "=abc"),
        ("process.env.X!", "reference"),
        ("(process.env.X as string) ?? 'abc'", "=abc"),
        ("this.secret", "=field"),
        ("this.#own", "=own"),
        ("Box.SHARED", "=shared"),
        ("Keys.First", "=first"),
        ("Config!.secret", "=entry"),
        ("given", "=given"),
        ("defaulted", "=default"),
        ("picked", "=picked"),
        ("generic<string>('x')", "unknown"),
        ("optional", "unknown"),
    ] {
        for path in ["a.ts", "a.cts", "a.tsx"] {
            let code = format!(
                "enum Keys {{ First = 'first' }}\nconst Config: Settings = {{ secret: 'entry' }} as const;\nabstract class Box {{\n  private readonly secret: string = 'field';\n  \
                 #own = 'own';\n  public static SHARED = 'shared';\n  run(given: string, defaulted: string = 'default', {{ picked }}: Options, optional?: string): void {{ sink({expression}); }}\n}}\n\
                 box.run('given', undefined, {{ picked: 'picked' }});\n"
            );
            assert_eq!(sunk(path, &code), expected, "{path}: {expression}");
        }
    }
    assert_eq!(sunk("a.ts", "sink(<string>'abc')"), "=abc");
}

#[test]
fn values_pass_through_parameters() {
    for (path, code, expected) in [
        ("a.js", "const f = (a, secret) => sink(secret); f(1, 'x');", "=x"),
        ("a.js", "const f = function (secret) { sink(secret); }; f('x');", "=x"),
        ("a.js", "function* f(secret) { sink(secret); } f('x');", "=x"),
        ("a.js", "async function f({ secret, other }) { sink(secret); } f({ other: 'y', secret: 'x' });", "=x"),
        ("a.js", "const api = { f: (secret) => sink(secret) }; api.f('x');", "=x"),
        ("a.js", "function f(secret) { sink(secret); } f(process.env.X);", "reference"),
        ("a.js", "function f(secret) { sink(secret); } f(a); f(b);", "unknown"),
        ("a.js", "list.map(secret => sink(secret)); f('x');", "unknown"),
        ("a.ts", "class A { constructor(private readonly secret: string) {} f() { sink(this.secret); } } new A('x');", "=x"),
        ("a.ts", "class A { constructor(public id: string, protected secret = 'x') {} f() { sink(this.secret); } } new A('y');", "=x"),
        ("a.tsx", "const f = ({ secret }: Props): void => sink(secret); f({ secret: 'x' });", "=x"),
    ] {
        assert_eq!(sunk(path, code), expected, "{path}: {code}");
    }
}

#[test]
fn arguments_and_entries_of_objects_have_names() {
    let code = "const options = { client: { id: 'i', secret: 'a' }, 'X-Key': 'b' };\nconst token = 'c';\nnew Client(options);\nf({ token, headers: { ['n']: 'd' } });\n\
                form.append('client_secret', 'e');\nx.clientSecret = 'f';\ndefaults['Authorization'] = 'g';\nnew Map([['k', 'h']]);\n";
    for path in ["a.js", "a.ts", "a.tsx"] {
        let facts = facts_of(path, code);
        let calls: Vec<String> = facts.calls.iter().flat_map(|c| c.named.iter().map(|(name, a)| format!("{} {name}{}", c.callee, show(&a.value)))).collect();
        assert_eq!(
            calls,
            [
                "Client clientunknown",
                "Client client.id=i",
                "Client client.secret=a",
                "Client X-Key=b",
                "f token=c",
                "f headersunknown",
                "f headers.n=d",
                "form.append client_secret=e",
                "Map k=h"
            ],
            "{path}"
        );
        for (name, value) in [("clientSecret", "=f"), ("x.clientSecret", "=f"), ("Authorization", "=g"), ("secret", "=a"), ("token", "=c")] {
            assert!(facts.bindings.iter().any(|b| b.name == name && show(&b.value.value) == value), "{path}: {name}");
        }
    }
}

#[test]
fn callees_imports_and_tests_are_facts() {
    let code = "import { b as c } from 'm';\nconst { d } = require('n');\nconst e = require('o').p;\nconst q = await import('r');\n\
                a(1); a.b(2); a?.b(3); new a.B(4); x()[0].y(5);\ndescribe('t', () => { it('u', function () { a(6); }); });\ntest.only('v', async () => {});\ntest(name);\n";
    for path in ["a.js", "a.ts", "a.tsx"] {
        let facts = facts_of(path, code);
        let callees: Vec<&str> = facts.calls.iter().map(|c| c.callee.as_str()).filter(|c| !matches!(*c, "require" | "x")).collect();
        assert_eq!(callees, ["a", "a.b", "a?.b", "a.B", ".y", "describe", "it", "a", "test.only", "test"], "{path}");
        let imports: Vec<String> = facts.imports.iter().map(|i| format!("{}={}", i.name.as_deref().unwrap_or("*"), i.path)).collect();
        for expected in ["c=m.b", "d=n.d", "e=o.p", "q=r"] {
            assert!(imports.iter().any(|import| import == expected), "{path}: {expected} in {imports:?}");
        }
        assert_eq!(facts.tests.len(), 3, "{path}");
    }
}

#[test]
fn attributes_of_elements_are_fields() {
    for path in ["a.jsx", "a.tsx"] {
        let facts = facts_of(path, "const T = 'x';\nconst e = <Login token=\"a\" secret={T + 'y'}>words here</Login>;\n");
        for (name, value) in [("token", "=a"), ("secret", "=xy")] {
            assert!(facts.bindings.iter().any(|b| b.name == name && show(&b.value.value) == value), "{path}: {name}");
        }
    }
}

#[test]
fn whatever_stands_in_a_file_ends_in_time() {
    for path in ["a.js", "a.ts", "a.tsx"] {
        for (open, close) in
            [("[", "]"), ("(", ")"), ("{a:", "}"), ("f(", ")"), ("a=>", ""), ("`${", "}`"), ("!", ""), ("<a>", ""), ("x?", ""), ("a.", ""), ("'a'+", "")]
        {
            // As deep as brackets may be nested, and chains without brackets much deeper, on the stack of a worker.
            let deep = if open.contains(['[', '(', '{']) { 4_000 } else { 20_000 };
            let code = format!("sink({}'x'{});", open.repeat(deep), close.repeat(deep));
            let run = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
            let bounds = Bounds { max_time: Duration::from_millis(200), ..Bounds::default() };
            let began = std::time::Instant::now();
            let ended = run.spawn(move || facts(code.as_bytes(), lang::of(path).unwrap(), &mut Parser::default(), bounds).is_ok()).unwrap().join();
            assert!(ended.is_ok(), "{path} {open}");
            assert!(began.elapsed() < Duration::from_secs(20), "{path} {open}: {:?}", began.elapsed());
        }
    }
    for code in ["const a = a.x; sink(a.x)", "const a = b.x, b = a.x; sink(a.x.y)", "const {a} = a; sink(a)", "class", "sink(`${", "import {", "require('"] {
        let _ = facts(code.as_bytes(), lang::of("a.js").unwrap(), &mut Parser::default(), Bounds::default());
    }
    let mut chain = String::from("const a0 = { x: 'v' };\n");
    for n in 1..5_000 {
        writeln!(chain, "const a{n} = a{}.trim(a{}.x); const {{ x: y{n} }} = a{n};", n - 1, n - 1).unwrap();
    }
    chain.push_str("sink(a4999.x)");
    let run = std::thread::Builder::new().stack_size(512 * 1024);
    assert!(run.spawn(move || facts_of("a.js", &chain).calls.len()).unwrap().join().is_ok());
}

/// A text that looks random and differs with each `seed`.
fn random(seed: u32) -> String {
    let mut state = 0x2545_f491_u32 ^ (seed.wrapping_mul(0x9e37_79b9) | 1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        char::from(b"k7Q2mZ9xV4bT1nR8wHs5GdY3cPfJ6LuE"[(state >> 27) as usize])
    };
    (0..32).map(|_| next()).collect()
}

/// The file with a value in each of its placeholders, and the rules of these by line.
fn filled(text: &str) -> (String, Vec<(String, u32)>) {
    let (mut out, mut rest, mut planted) = (String::new(), text, Vec::new());
    while let Some((before, (name, after))) = rest.split_once("{{").and_then(|(before, rest)| Some((before, rest.split_once("}}")?))) {
        let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b"-:0123456789".contains(&b));
        out.push_str(before);
        if !is_name {
            out.push_str("{{");
            rest = &rest[before.len() + 2..];
            continue;
        }
        let value = random(u32::try_from(planted.len() + text.len()).unwrap());
        let rule = name.strip_suffix(":base64");
        out.push_str(&rule.map_or_else(|| value.clone(), |_| data_encoding::BASE64.encode(value.as_bytes())));
        planted.push((rule.unwrap_or(name).to_owned(), u32::try_from(out.lines().count()).unwrap()));
        rest = after;
    }
    out.push_str(rest);
    (out, planted)
}

#[test]
fn exactly_what_is_planted_in_a_project_is_found() {
    let rules = Arc::new(RuleSet::load(&RuleOptions::default()).unwrap());
    let scanner = Scanner::new(rules, ScanOptions::default());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/languages");
    let mut planted_in_all = 0;
    for path in [
        "javascript/src/auth.js",
        "javascript/src/api.cjs",
        "javascript/src/auth.test.js",
        "typescript/src/oauth.ts",
        "typescript/src/http.ts",
        "tsx/src/app.tsx",
    ] {
        let (text, planted) = filled(&fs::read_to_string(root.join(path)).unwrap());
        let name = path.split_once('/').unwrap().1;
        let scanned = scanner.scan(&Blob::new(&Target::in_memory(name), text.as_bytes()), &mut Worker::default());
        let mut found: Vec<(String, u32)> = scanned
            .findings
            .iter()
            .filter(|f| f.confidence >= Confidence::Medium)
            .map(|f| (f.rule.to_string().trim_start_matches("secrets/").to_owned(), f.place.start.line))
            .collect();
        found.sort_by_key(|(_, line)| *line);
        assert_eq!(found, planted, "{path}");
        planted_in_all += planted.len();
    }
    assert!(planted_in_all >= 20);
}

/// The kinds of the slots that `SECRET` reaches.
fn kinds(path: &str, code: &str) -> Vec<String> {
    let language = lang::of(path).unwrap();
    let code = code.replace("SECRET", &random(7));
    sink::hits((&facts_of(path, &code), code.as_bytes()), &Sinks::built_in().unwrap(), language).into_iter().map(|hit| hit.kind).collect()
}

#[test]
fn slots_of_known_libraries_are_known() {
    for (kind, code) in [
        ("client-secret", "import {ClientCredentials} from 'simple-oauth2'; new ClientCredentials({client: {id: 'i', secret: 'SECRET'}, auth});"),
        ("client-secret", "const { AuthorizationCode: C } = require('simple-oauth2'); new C({client: {id: 'i', secret: 'SECRET'}});"),
        ("client-secret", "const simple = require('simple-oauth2'); new simple.ResourceOwnerPassword({client: {secret: 'SECRET'}});"),
        ("client-secret", "const oauth2 = require('simple-oauth2').create({client: {id: 'i', secret: 'SECRET'}});"),
        ("client-secret", "import * as client from 'openid-client'; await client.discovery(server, 'id', 'SECRET');"),
        ("client-secret", "import { discovery } from 'openid-client'; discovery(server, 'id', { client_secret: 'SECRET' });"),
        ("client-secret", "import * as client from 'openid-client'; client.discovery(s, 'id', {}, client.ClientSecretBasic('SECRET'));"),
        ("client-secret", "const { Issuer } = require('openid-client'); const c = new issuer.Client({ client_id: 'i', client_secret: 'SECRET' });"),
        (
            "client-secret",
            "import { ConfidentialClientApplication } from '@azure/msal-node'; new ConfidentialClientApplication({auth: {clientSecret: 'SECRET'}});",
        ),
        (
            "client-secret",
            "const msal = require('@azure/msal-node'); const config = {auth: {clientSecret: 'SECRET'}}; new msal.ConfidentialClientApplication(config);",
        ),
        ("client-secret", "import { ClientSecretCredential } from '@azure/identity'; new ClientSecretCredential('t', 'i', 'SECRET');"),
        ("client-secret", "const {OAuth2Client} = require('google-auth-library'); new OAuth2Client('id', 'SECRET', 'https://a');"),
        ("client-secret", "const {OAuth2Client} = require('google-auth-library'); new OAuth2Client({clientId: 'i', clientSecret: 'SECRET'});"),
        ("client-secret", "const {google} = require('googleapis'); new google.auth.OAuth2(ID, 'SECRET', URL);"),
        ("client-secret", "import { OAuth2Client } from '@badgateway/oauth2-client'; new OAuth2Client({server, clientId: 'i', clientSecret: 'SECRET'});"),
        ("client-secret", "import { clientCredentials } from 'axios-oauth-client'; clientCredentials(axios.create(), 'u', 'i', 'SECRET');"),
        ("client-secret", "const oauth = require('axios-oauth-client'); oauth.clientCredentials(axios, 'u', 'i', 'SECRET');"),
        ("client-secret", "var ClientOAuth2 = require('client-oauth2'); new ClientOAuth2({ clientId: 'i', clientSecret: 'SECRET' });"),
        ("client-secret", "import OAuth from 'client-oauth2'; new OAuth({ clientSecret: 'SECRET' });"),
        ("client-secret", "var Google = require('passport-google-oauth20').Strategy; passport.use(new Google({clientSecret: 'SECRET'}, cb));"),
        ("client-secret", "import { Strategy as S } from 'passport-github2'; passport.use(new S({clientSecret: 'SECRET'}, cb));"),
        ("client-secret", "import OAuth2Strategy from 'passport-oauth2'; new OAuth2Strategy({clientSecret: 'SECRET'}, cb);"),
        ("client-secret", "import Okta from 'next-auth/providers/okta'; export const providers = [Okta({ clientId: 'i', clientSecret: 'SECRET' })];"),
        ("client-secret", "import NextAuth from 'next-auth'; export const options = { providers: [{ id: 'x', clientSecret: 'SECRET' }] };"),
        ("client-secret", "fetch(u, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_secret: 'SECRET' }) });"),
        ("client-secret", "const form = new FormData(); form.append('client_secret', 'SECRET');"),
        ("client-secret", "axios.post(url, qs.stringify({ client_secret: 'SECRET' }));"),
        ("client-secret", "axios({ method: 'post', data: { client_secret: 'SECRET' } });"),
        ("client-secret", "request.post({ url, form: { client_secret: 'SECRET' } }, done);"),
        ("bearer", "fetch(u, { headers: { Authorization: 'Bearer SECRET' } });"),
        ("bearer", "const t = 'SECRET'; const headers = new Headers(); headers.append('Authorization', `Bearer ${t}`);"),
        ("bearer", "axios.defaults.headers.common['Authorization'] = 'Bearer SECRET';"),
        ("bearer", "xhr.setRequestHeader('authorization', 'Bearer ' + 'SECRET');"),
        ("basic-auth", "got(u, { headers: { authorization: 'Basic ' + Buffer.from('id:' + 'SECRET').toString('base64') } });"),
        ("basic-auth", "got(u, { headers: { authorization: `Basic ${btoa('id:SECRET')}` } });"),
        ("basic-auth", "import axios from 'axios'; axios.get(u, { auth: { username: 'u', password: 'SECRET' } });"),
        ("api-key", "fetch(u, { headers: { 'x-api-key': 'SECRET' } });"),
        ("password", "const { Pool } = require('pg'); new Pool({ user: 'u', password: 'SECRET' });"),
        ("password", "const mysql = require('mysql'); mysql.createConnection({ password: 'SECRET' });"),
        ("password", "import Redis from 'ioredis'; new Redis({ password: 'SECRET' });"),
        ("password", "import { Sequelize } from 'sequelize'; new Sequelize('db', 'u', 'SECRET', {});"),
        ("password", "import { TypeOrmModule } from '@nestjs/typeorm'; TypeOrmModule.forRoot({ type: 'postgres', password: 'SECRET' });"),
        ("password", "import nodemailer from 'nodemailer'; nodemailer.createTransport({ auth: { user: 'u', pass: 'SECRET' } });"),
        ("webhook-secret", "import { createHmac } from 'crypto'; createHmac('sha256', 'SECRET').update(b);"),
        ("webhook-secret", "import crypto from 'node:crypto'; const K = 'SECRET'; crypto.createHmac('sha256', Buffer.from(K, 'utf8'));"),
        ("webhook-secret", "crypto.subtle.importKey('raw', new TextEncoder().encode('SECRET'), a, false, ['verify']);"),
        ("webhook-secret", "stripe.webhooks.constructEvent(body, sig, 'SECRET');"),
        ("webhook-secret", "import { Webhook } from 'svix'; new Webhook('SECRET').verify(body, headers);"),
        ("signing-key", "const jwt = require('jsonwebtoken'); jwt.sign({ a: 1 }, 'SECRET');"),
        ("signing-key", "import { sign } from 'jsonwebtoken'; sign({}, 'SECRET');"),
        ("signing-key", "import { JWT } from 'google-auth-library'; const key = 'SECRET'; new JWT({ email: 'a@b.c', key, scopes });"),
        ("signing-key", "const {google} = require('googleapis'); new google.auth.JWT('a@b.c', null, 'SECRET', scopes);"),
        ("signing-key", "import * as jose from 'jose'; await new jose.SignJWT({}).setIssuedAt().sign(new TextEncoder().encode('SECRET'));"),
        ("signing-key", "import { jwtVerify } from 'jose'; const key = new TextEncoder().encode('SECRET'); jwtVerify(t, key);"),
        ("signing-key", "import { Strategy, ExtractJwt } from 'passport-jwt'; new Strategy({ secretOrKey: 'SECRET' }, cb);"),
        ("signing-key", "const session = require('express-session'); app.use(session({ secret: 'SECRET', resave: false }));"),
        ("signing-key", "import NextAuth from 'next-auth'; export default NextAuth({ secret: 'SECRET' });"),
        ("signing-key", "import fastifyJwt from '@fastify/jwt'; app.register(fastifyJwt, { secret: 'SECRET' });"),
        ("signing-key", "import cookieParser from 'cookie-parser'; app.use(cookieParser('SECRET'));"),
    ] {
        for path in ["a.js", "a.ts", "a.tsx"] {
            assert_eq!(kinds(path, code), [kind], "{path}: {code}");
        }
    }
}

#[test]
fn what_only_looks_like_a_slot_is_none() {
    for code in [
        "class ClientCredentials {} new ClientCredentials({client: {secret: 'SECRET'}});",
        "import { ClientCredentials } from './mocks.js'; new ClientCredentials({client: {secret: 'SECRET'}});",
        "const labels = { clientSecret: 'SECRET' };",
        "import { Strategy } from 'passport-local'; new Strategy({ clientSecret: 'SECRET' });",
        "map.set('token', 'SECRET'); editor.sign({}, 'SECRET');",
        "import jwt from 'jsonwebtoken'; jwt.decode('SECRET'); jwt.verify('SECRET', key);",
        "import { createHash } from 'crypto'; createHash('sha256').update('SECRET');",
        "fetch(u, { headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': 'SECRET' } });",
        "fetch(u, { headers: { Authorization: 'Basic SECRET' } });",
        "fetch(u, { headers: { Authorization: 'Bearer ${TOKEN}' } });",
        "import { ClientSecretCredential } from '@azure/identity'; new ClientSecretCredential('t', 'i', process.env.X || '');",
        "import session from 'express-session'; app.use(session({ name: 'SECRET', secret: process.env.S }));",
        "import jwt from 'jsonwebtoken'; jwt.verify(t, '-----BEGIN PUBLIC KEY-----\\nSECRET');",
    ] {
        for path in ["a.js", "a.ts", "a.tsx"] {
            assert_eq!(kinds(path, code), Vec::<String>::new(), "{path}: {code}");
        }
    }
}
