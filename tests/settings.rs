//! Settings of programs: names that tell only together with the key above them.
#![cfg(feature = "languages")]

mod lang_support;

use aelix_lint::model::Confidence;
use lang_support::findings_below;

#[test]
fn a_project_has_these_findings_and_no_others() {
    let expected = [
        "Web.config:5 secrets/secret-in-config",
        "Web.config:9 secrets/secret-in-config",
        "application-prod.yml:3 secrets/secret-in-config",
        "application-prod.yml:19 secrets/secret-in-config",
        "application-prod.yml:23 secrets/secret-in-config",
        "appsettings.Production.json:6 secrets/secret-in-config",
        "appsettings.Production.json:8 secrets/secret-in-config",
        "config/services.toml:6 secrets/secret-in-config",
        "settings.ini:3 secrets/secret-in-config",
    ];
    assert_eq!(findings_below("settings", Confidence::Low), expected);
}
