//! Code in files of other kinds: what a project of its users shows, and what it does not.
#![cfg(feature = "languages")]

mod lang_support;

use aelix_lint::model::Confidence;
use lang_support::findings_below;

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        ".circleci/config.yml:7 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:7 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:27 secrets/hardcoded-client-secret",
        ".github/workflows/release.yml:34 secrets/hardcoded-bearer-token",
        ".github/workflows/release.yml:42 secrets/hardcoded-bearer-token",
        ".gitlab-ci.yml:4 secrets/hardcoded-bearer-token",
        ".gitlab-ci.yml:8 secrets/hardcoded-client-secret",
        "Dockerfile:5 secrets/hardcoded-bearer-token",
        "Dockerfile:11 secrets/hardcoded-bearer-token",
        "Dockerfile:21 secrets/hardcoded-bearer-token",
        "Dockerfile:28 secrets/hardcoded-client-secret",
        "k8s/configmap.yaml:12 secrets/hardcoded-bearer-token",
        "k8s/configmap.yaml:23 secrets/hardcoded-bearer-token",
        "k8s/configmap.yaml:41 secrets/hardcoded-bearer-token",
        "notebooks/balances.ipynb:27 secrets/hardcoded-bearer-token",
        "notebooks/balances.ipynb:45 secrets/hardcoded-client-secret",
        "notebooks/balances.ipynb:67 secrets/bearer-token-header",
        "notebooks/balances.ipynb:78 secrets/hardcoded-client-secret",
        "web/Accounts.svelte:2 secrets/hardcoded-bearer-token",
        "web/Accounts.vue:5 secrets/hardcoded-bearer-token",
        "web/index.html:11 secrets/hardcoded-bearer-token",
    ];
    assert_eq!(findings_below("embedded", Confidence::Medium), expected);
}

#[test]
fn what_documents_show_is_of_low_confidence() {
    let shown = findings_below("embedded", Confidence::Medium);
    let mut low = findings_below("embedded", Confidence::Low);
    low.retain(|finding| !shown.contains(finding));
    assert_eq!(
        low,
        [
            "docs/usage.md:14 secrets/hardcoded-bearer-token",
            "docs/usage.md:20 secrets/hardcoded-client-secret",
            "notebooks/balances.ipynb:12 secrets/hardcoded-bearer-token",
        ]
    );
}
