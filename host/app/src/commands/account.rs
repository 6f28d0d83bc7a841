//! `wheelhouse account`: roles, in the database that the configuration names. A host that runs on it need not be restarted.

use std::time::Duration;

use wheelhouse_core::{
    CallContext, Caller, Failure,
    account::Account,
    clock::{Clock, Entropy, SystemClock, SystemEntropy},
};
use wheelhouse_services::AdministratorService;
use wheelhouse_store::Store;

use super::{CommandError, print};
use crate::{cli::AccountCommand, config::Config};

const TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn run(config: &Config, command: &AccountCommand) -> Result<(), CommandError> {
    let store = Store::open(&config.store, &config.data_dir)
        .await
        .map_err(|error| CommandError::Failed(error.to_string()))?;
    let done = act(&AdministratorService::new(store.accounts()), command).await;
    let database = store.summary().database.to_string();
    store.close().await;
    match done {
        Ok(text) => print(&text),
        // Whoever runs the command in another folder than the host asks another database.
        Err(failure) => {
            Err(CommandError::Failed(format!("{}\nthe database is {database}", CommandError::from(failure))))
        }
    }
}

async fn act(administrators: &AdministratorService, command: &AccountCommand) -> Result<String, Failure> {
    let now = SystemClock.now();
    let ctx = CallContext::new(SystemEntropy.uuid(now).to_string(), Caller::Host, now, TIMEOUT);
    Ok(match command {
        AccountCommand::Promote { email } => {
            let account = administrators.promote(&ctx, email).await?;
            format!("{} is an administrator now.\n", address(&account))
        }
        AccountCommand::Demote { email } => {
            let account = administrators.demote(&ctx, email).await?;
            format!("{} is no administrator any more.\n", address(&account))
        }
        AccountCommand::List => {
            let accounts = administrators.list(&ctx).await?;
            if accounts.is_empty() {
                "There is no administrator; `wheelhouse account promote EMAIL` makes one.\n".to_owned()
            } else {
                accounts.iter().map(line).collect()
            }
        }
    })
}

fn address(account: &Account) -> &str {
    account.user.email.as_deref().unwrap_or(account.user.id.as_str())
}

fn line(account: &Account) -> String {
    let line = format!("{:<32} {}", address(account), account.user.full_name.as_deref().unwrap_or_default());
    format!("{}\n", line.trim_end())
}
