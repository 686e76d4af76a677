//! Sets of IP addresses as allowlists write them: prefixes, ranges, single addresses. What counts is the union of a list.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The two families of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 32 bits.
    V4,
    /// 128 bits.
    V6,
}

impl Family {
    /// Bits of an address.
    pub fn bits(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// The last address.
    fn last(self) -> u128 {
        match self {
            Self::V4 => u128::from(u32::MAX),
            Self::V6 => u128::MAX,
        }
    }
}

/// Addresses from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// Which family.
    pub family: Family,
    /// First address.
    pub first: u128,
    /// Last address.
    pub last: u128,
    /// Length of the prefix it is written with; none for `a-b`.
    pub prefix: Option<u8>,
}

/// What an entry of an allowlist is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Addresses.
    Addresses(Range),
    /// A word for everybody: `*`, `any`, `Internet`.
    Everybody,
}

/// Why an entry is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The prefix is longer than an address of the family.
    Prefix,
    /// An address with a part that is no number up to 255, or too few or many parts.
    Address,
    /// The first address of a range is behind the last.
    Order,
    /// Addresses, but bits behind the prefix are set: the range that is meant.
    HostBits(Range),
}

/// Words for everybody, in lower case.
const EVERYBODY: [&str; 7] = ["*", "any", "all", "internet", "anywhere", "0/0", "world"];

impl Range {
    /// Every address of a family.
    pub fn all(family: Family) -> Self {
        Self { family, first: 0, last: family.last(), prefix: Some(0) }
    }

    /// How many addresses, saturating.
    pub fn count(self) -> u128 {
        (self.last - self.first).saturating_add(1)
    }

    /// Whether it holds all of another.
    pub fn holds(self, other: Self) -> bool {
        self.family == other.family && self.first <= other.first && self.last >= other.last
    }

    /// Whether it is every address of its family.
    pub fn is_all(self) -> bool {
        self.first == 0 && self.last == self.family.last()
    }

    /// The length of the shortest prefix that covers as many addresses as it has.
    pub fn bits(self) -> u8 {
        let spread = self.last - self.first;
        self.family.bits() - u8::try_from(128 - spread.leading_zeros()).unwrap_or(self.family.bits()).min(self.family.bits())
    }

    fn of_prefix(family: Family, address: u128, length: u8) -> (Self, bool) {
        let host = family.bits() - length;
        let mask = if host == 128 { u128::MAX } else { (1u128 << host) - 1 };
        let first = address & !mask;
        (Self { family, first, last: first | mask, prefix: Some(length) }, address != first)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.prefix {
            Some(prefix) => write!(f, "{}/{prefix}", address(self.family, self.first)),
            None => write!(f, "{}-{}", address(self.family, self.first), address(self.family, self.last)),
        }
    }
}

fn address(family: Family, number: u128) -> IpAddr {
    match family {
        Family::V4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        Family::V6 => Ipv6Addr::from(number).into(),
    }
}

/// Reads one entry. `None` where it is something else: a name, a reference, a template.
pub fn entry(text: &str) -> Option<Result<Entry, Invalid>> {
    let text = text.trim();
    if EVERYBODY.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Some(Ok(Entry::Everybody));
    }
    if let Some((first, last)) = text.split_once('-') {
        let (first, last) = (parsed(first.trim())?, parsed(last.trim())?);
        let (Ok(first), Ok(last)) = (first, last) else { return Some(Err(Invalid::Address)) };
        if first.0 != last.0 {
            return Some(Err(Invalid::Address));
        }
        let range = Range { family: first.0, first: first.1, last: last.1, prefix: None };
        return Some(if range.first > range.last { Err(Invalid::Order) } else { Ok(Entry::Addresses(range)) });
    }
    let (base, length) = match text.split_once('/') {
        Some((base, length)) => (base, Some(length)),
        None => (text, None),
    };
    let (family, number, shift) = match parsed(base)? {
        Ok((family, number, shift)) => (family, number, shift),
        Err(wrong) => return Some(Err(wrong)),
    };
    let Some(length) = length else {
        return Some(Ok(Entry::Addresses(Range { family, first: number, last: number, prefix: Some(family.bits()) })));
    };
    if !length.bytes().all(|b| b.is_ascii_digit()) || length.is_empty() {
        return mask(family, length).map(|length| prefixed(family, number, length));
    }
    let length = length.parse::<u8>().ok().and_then(|length| length.checked_sub(shift)).filter(|length| *length <= family.bits());
    Some(length.map_or(Err(Invalid::Prefix), |length| prefixed(family, number, length)))
}

fn prefixed(family: Family, number: u128, length: u8) -> Result<Entry, Invalid> {
    match Range::of_prefix(family, number, length) {
        (range, false) => Ok(Entry::Addresses(range)),
        (range, true) => Err(Invalid::HostBits(range)),
    }
}

/// The length of a prefix that is written as a mask: `255.255.255.0`.
fn mask(family: Family, text: &str) -> Option<u8> {
    if family != Family::V4 {
        return None;
    }
    let mask = u32::from(text.parse::<Ipv4Addr>().ok()?);
    let length = mask.leading_ones();
    (mask.count_ones() == length).then(|| u8::try_from(length).unwrap_or(32))
}

type Parsed = Result<(Family, u128, u8), Invalid>;

/// Family and number of an address, and by how many bits its prefix is longer: an IPv4 address in the form of an IPv6 one counts as IPv4.
fn parsed(text: &str) -> Option<Parsed> {
    let bare = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<Ipv4Addr>() {
        return Some(Ok((Family::V4, u32::from(address).into(), 0)));
    }
    if let Ok(address) = bare.parse::<Ipv6Addr>() {
        return Some(Ok(match address.to_ipv4_mapped() {
            Some(mapped) => (Family::V4, u32::from(mapped).into(), 96),
            None => (Family::V6, address.into(), 0),
        }));
    }
    let parts = bare.split('.').count();
    let is_numbers = parts == 4 && bare.split('.').all(|part| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit()));
    is_numbers.then_some(Err(Invalid::Address))
}

/// The entries of a text: separated by commas, spaces, semicolons or line ends; comments behind `#` are left out.
pub fn split(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('#').next().unwrap_or("").split([',', ';', ' ', '\t'])).map(str::trim).filter(|part| !part.is_empty())
}

/// The union of some ranges: sorted, apart from each other.
pub fn union(ranges: impl IntoIterator<Item = Range>) -> Vec<Range> {
    let mut all: Vec<Range> = ranges.into_iter().collect();
    all.sort_by_key(|r| (r.family, r.first, std::cmp::Reverse(r.last)));
    let mut out: Vec<Range> = Vec::new();
    for range in all {
        match out.last_mut().filter(|before| before.family == range.family && range.first <= before.last.saturating_add(1)) {
            Some(before) if range.last > before.last => {
                before.last = range.last;
                before.prefix = None;
            }
            Some(_) => {}
            None => out.push(range),
        }
    }
    out
}

/// What kind of addresses a range is of, where the registries set it apart (RFC 6890, RFC 5737, RFC 3849, RFC 4193).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Special {
    /// RFC 1918, unique local addresses.
    Private,
    /// Carrier-grade NAT.
    Shared,
    /// This machine.
    Loopback,
    /// This link.
    LinkLocal,
    /// For documentation.
    Documentation,
}

impl Special {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "a private range",
            Self::Shared => "the range of carrier-grade NAT",
            Self::Loopback => "this machine itself",
            Self::LinkLocal => "a link-local range",
            Self::Documentation => "a range for documentation",
        }
    }
}

/// The special range that holds all of a range.
pub fn special(range: Range) -> Option<Special> {
    const RANGES: [(&str, Special); 14] = [
        ("10.0.0.0/8", Special::Private),
        ("172.16.0.0/12", Special::Private),
        ("192.168.0.0/16", Special::Private),
        ("100.64.0.0/10", Special::Shared),
        ("127.0.0.0/8", Special::Loopback),
        ("169.254.0.0/16", Special::LinkLocal),
        ("192.0.2.0/24", Special::Documentation),
        ("198.51.100.0/24", Special::Documentation),
        ("203.0.113.0/24", Special::Documentation),
        ("fc00::/7", Special::Private),
        ("fe80::/10", Special::LinkLocal),
        ("::1/128", Special::Loopback),
        ("2001:db8::/32", Special::Documentation),
        ("3fff::/20", Special::Documentation),
    ];
    RANGES.iter().find_map(|(text, special)| match entry(text) {
        Some(Ok(Entry::Addresses(known))) if known.holds(range) => Some(*special),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        match entry(text) {
            Some(Ok(Entry::Addresses(range))) => range,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn entries_are_read_in_all_notations() {
        for (text, shown, count) in [
            ("10.0.0.0/8", "10.0.0.0/8", 1 << 24),
            ("52.48.102.14", "52.48.102.14/32", 1),
            ("52.48.102.14/32", "52.48.102.14/32", 1),
            ("192.0.2.0/255.255.255.0", "192.0.2.0/24", 256),
            ("192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9", 9),
            ("192.0.2.1 - 192.0.2.9", "192.0.2.1-192.0.2.9", 9),
            ("::ffff:192.0.2.0/120", "192.0.2.0/24", 256),
            ("::ffff:192.0.2.1", "192.0.2.1/32", 1),
            ("2a05:d018::/64", "2a05:d018::/64", 1 << 64),
            ("[::1]", "::1/128", 1),
            ("0.0.0.0/0", "0.0.0.0/0", 1 << 32),
        ] {
            assert_eq!((range(text).to_string().as_str(), range(text).count()), (shown, count), "{text}");
        }
        assert_eq!(range("::/0").count(), u128::MAX);
        for word in ["*", "Any", "Internet", "ANYWHERE"] {
            assert_eq!(entry(word), Some(Ok(Entry::Everybody)), "{word}");
        }
    }

    #[test]
    fn what_is_no_entry_says_why_and_what_is_something_else_does_not() {
        for (text, wrong) in
            [("34.251.7.88/33", Invalid::Prefix), ("256.1.1.1", Invalid::Address), ("::/129", Invalid::Prefix), ("192.0.2.9-192.0.2.1", Invalid::Order)]
        {
            assert_eq!(entry(text), Some(Err(wrong)), "{text}");
        }
        assert_eq!(entry("10.1.2.3/8"), Some(Err(Invalid::HostBits(range("10.0.0.0/8")))));
        for text in ["", "office", "${var.x}", "10.0.0", "{{ .Values.x }}", "sg-12345678", "example.com/24", "1.2.3.4/x", "LOCAL_SUBNET"] {
            assert_eq!(entry(text), None, "{text}");
        }
    }

    #[test]
    fn halves_are_the_whole() {
        let all = |texts: &[&str]| union(texts.iter().map(|t| range(t))).iter().any(|r| r.is_all());
        assert!(all(&["0.0.0.0/1", "128.0.0.0/1"]));
        assert!(all(&["128.0.0.0/1", "0.0.0.0/2", "64.0.0.0/2"]));
        assert!(all(&["::/1", "8000::/1"]));
        assert!(all(&["0.0.0.0-255.255.255.255"]));
        assert!(all(&["::ffff:0.0.0.0/96"]));
        assert!(!all(&["0.0.0.0/1", "128.0.0.0/2"]));
        assert!(!all(&["0.0.0.0/1", "8000::/1"]));
    }

    #[test]
    fn unions_join_what_touches() {
        let shown = |texts: &[&str]| union(texts.iter().map(|t| range(t))).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(&["10.0.1.0/24", "10.0.0.0/24"]), ["10.0.0.0-10.0.1.255"]);
        assert_eq!(shown(&["10.0.0.0/8", "10.1.0.0/16"]), ["10.0.0.0/8"]);
        assert_eq!(shown(&["10.0.0.0/24", "10.0.2.0/24"]), ["10.0.0.0/24", "10.0.2.0/24"]);
        assert_eq!(range("10.0.0.0-10.0.0.255").bits(), 24);
        assert_eq!(range("0.0.0.0/0").bits(), 0);
        assert_eq!(range("::/0").bits(), 0);
        assert_eq!(range("10.0.0.1").bits(), 32);
    }

    #[test]
    fn special_ranges_are_known() {
        for (text, expected) in [
            ("10.20.0.0/16", Some(Special::Private)),
            ("203.0.113.7", Some(Special::Documentation)),
            ("100.64.1.0/24", Some(Special::Shared)),
            ("127.0.0.1", Some(Special::Loopback)),
            ("169.254.169.254", Some(Special::LinkLocal)),
            ("fd00::/8", Some(Special::Private)),
            ("2001:db8::1", Some(Special::Documentation)),
            ("8.8.8.8", None),
            ("0.0.0.0/0", None),
            ("10.0.0.0/7", None),
        ] {
            assert_eq!(special(range(text)), expected, "{text}");
        }
    }

    #[test]
    fn lists_in_one_text_are_split() {
        assert_eq!(split("1.2.3.4, 5.6.7.8/32 # office\n 9.9.9.9;8.8.8.8").collect::<Vec<_>>(), ["1.2.3.4", "5.6.7.8/32", "9.9.9.9", "8.8.8.8"]);
    }
}
