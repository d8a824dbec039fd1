//! Converts the engine's faults to errors of the admin API.

use crate::engine::fault::{Fault, Kind, Malformed};
use crate::server::failure::Failure;
use http::StatusCode;

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        match fault {
            Fault::NotFound(kind, name) => Failure::not_found(word(kind), &name),
            Fault::Exists(kind, name) => Failure::new(
                StatusCode::CONFLICT,
                "exists",
                format!("{} `{name}` is taken; choose another", word(kind)),
            ),
            Fault::Malformed(Malformed::TooLarge { limit }) => {
                let message = format!("the body is larger than {limit} bytes");
                Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
            }
            Fault::Malformed(Malformed::Unfinished) => {
                let message = "the body did not arrive completely and in time; send it again";
                Failure::new(StatusCode::REQUEST_TIMEOUT, "unfinished", message)
            }
            Fault::Malformed(Malformed::Busy) => {
                let message = "the server is receiving too many bodies at once; try again later";
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, "busy", message)
            }
            other => {
                tracing::error!(error = ?other, "an admin request failed because of an internal error");
                Failure::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "an internal error occurred; the server's log has the cause",
                )
            }
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "account",
        Kind::Application => "app_id",
        Kind::User | Kind::NamedUser => "user",
        Kind::Group => "group",
        Kind::Role | Kind::AssumedRole => "role",
        Kind::Policy => "policy",
        Kind::PolicyVersion => "policy version",
        Kind::Key => "key",
        Kind::DeletionTask => "deletion task",
        Kind::Principal => "principal",
        Kind::Provider => "identity provider",
    }
}
