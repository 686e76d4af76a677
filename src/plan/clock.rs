//! What time it is: told by a flag or a variable, so that a run can be repeated, else by the clock of the machine.

use crate::cli::CheckArgs;
use crate::config::UsageError;
use crate::text::value::date::Moment;

use super::Environment;

/// Seconds since 1970 that count as now (<https://reproducible-builds.org/specs/source-date-epoch/>).
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// What counts as now.
pub fn now(args: &CheckArgs, environment: &Environment) -> Result<Moment, UsageError> {
    match (args.threshold.now, (environment.variable)(VARIABLE)) {
        (Some(day), _) => Ok(day.into()),
        (None, Some(seconds)) => of_variable(&seconds),
        (None, None) => Ok(Moment::of_clock()),
    }
}

fn of_variable(seconds: &str) -> Result<Moment, UsageError> {
    let digits = seconds.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = seconds.parse().ok().filter(|_| digits);
    let wrong = || UsageError::new(format!("cannot use the variable {VARIABLE}: it is no number of seconds")).with_help("unset it, or pass --now DATE");
    seconds.map(|seconds| Moment { seconds }).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_wins_over_the_variable_and_the_variable_over_the_clock() {
        let environment = |variable| Environment { folder: "/nowhere".into(), variable, stdout_is_terminal: false, stderr_is_terminal: false };
        let set = environment(|name| (name == VARIABLE).then(|| "1767225600".to_owned()));
        let mut args = CheckArgs::default();
        assert_eq!(now(&args, &set).unwrap().date().to_string(), "2026-01-01");
        assert!(now(&args, &environment(|_| None)).unwrap() > Moment { seconds: 1_767_225_600 });
        args.threshold.now = Some("2030-05-06".parse().unwrap());
        assert_eq!(now(&args, &set).unwrap().date().to_string(), "2030-05-06");
    }

    #[test]
    fn a_variable_that_is_no_number_stops_the_run() {
        for text in ["soon", "-1", "+1", "1.5", "99999999999999999999"] {
            assert!(of_variable(text).unwrap_err().message.contains(VARIABLE), "{text}");
        }
    }
}
