//! Registering, signing in, tokens.

use std::net::{IpAddr, Ipv4Addr};

use chrono::TimeDelta;
use secrecy::SecretString;
use wenshu_core::accounts::{Device, Operator, Registration};
use wenshu_core::{AccountStatus, ErrorKind, Role};

use crate::support::{TestApp, registration};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn password(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

#[tokio::test]
async fn the_first_account_on_loopback_is_an_admin_and_the_second_is_not() {
    let test = TestApp::start().await;
    assert_eq!(test.register("ann@example.com").await.unwrap().account.role, Role::Admin);
    assert_eq!(test.register("bob@example.com").await.unwrap().account.role, Role::User);

    let public = TestApp::start_with(|settings| settings.first_account_is_admin = false).await;
    assert_eq!(public.register("ann@example.com").await.unwrap().account.role, Role::User);
}

#[tokio::test]
async fn every_fault_of_a_registration_is_named() {
    let test = TestApp::start().await;
    let error = test
        .app
        .accounts
        .register(
            Registration {
                email: Some("no address".to_owned()),
                username: Some("a/b".to_owned()),
                password: password("short"),
                display_name: Some("a\tb".to_owned()),
            },
            Device::default(),
        )
        .await
        .unwrap_err();
    let fields: Vec<&str> = error.fields().iter().map(|fault| fault.field.as_ref()).collect();
    assert_eq!(fields, ["email", "username", "password", "display_name"]);
}

#[tokio::test]
async fn an_address_is_taken_whatever_its_case() {
    let test = TestApp::start().await;
    let first = test.register("Ann@Example.com").await.unwrap();
    assert_eq!(first.account.display_name, "Ann");
    let error = test.register("ann@example.COM").await.unwrap_err();
    assert_eq!((error.kind(), error.fields()[0].field.as_ref()), (ErrorKind::Invalid, "email"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_are_told_apart_by_nobody() {
    let test = TestApp::start().await;
    test.register("ann@example.com").await.unwrap();
    let accounts = &test.app.accounts;
    let wrong = accounts
        .login(HERE, "ann@example.com", password("wrong horse 1"), Device::default())
        .await
        .unwrap_err();
    let unknown = accounts
        .login(HERE, "nobody@example.com", password("wrong horse 1"), Device::default())
        .await
        .unwrap_err();
    assert_eq!((wrong.kind(), wrong.code(), wrong.text()), (unknown.kind(), unknown.code(), unknown.text()));
    assert_eq!(wrong.kind(), ErrorKind::Unauthenticated);
    accounts.login(HERE, "ANN@example.com", password("correct horse 1"), Device::default()).await.unwrap();
}

#[tokio::test]
async fn the_eleventh_failure_locks_the_right_password_out_too_until_the_window_has_passed() {
    let test = TestApp::start().await;
    test.register("ann@example.com").await.unwrap();
    let accounts = &test.app.accounts;
    for _ in 0..10 {
        let error =
            accounts.login(HERE, "ann@example.com", password("wrong"), Device::default()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    }
    let error = accounts
        .login(HERE, "ann@example.com", password("correct horse 1"), Device::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooMany);
    assert!(error.retry_wait().is_some());
    test.clock.advance(TimeDelta::minutes(5));
    accounts.login(HERE, "ann@example.com", password("correct horse 1"), Device::default()).await.unwrap();
}

#[tokio::test]
async fn failures_at_the_same_time_and_under_other_spellings_are_all_counted() {
    let test = TestApp::start().await;
    test.register("ann@example.com").await.unwrap();
    let accounts = &test.app.accounts;
    // `ａ` is the wide form of `a`. Logins that don't exist are counted alike, or the count would tell which do.
    for spellings in [
        ["ann@example.com", "ANN@example.com", " ann@example.com ", "ａnn@example.com"],
        ["abe@example.com", "ABE@example.com", " abe@example.com ", "ａbe@example.com"],
    ] {
        let tries = (0..40)
            .map(|number| accounts.login(HERE, spellings[number % 4], password("wrong"), Device::default()));
        let kinds = futures::future::join_all(tries).await.into_iter().map(|tried| tried.unwrap_err().kind());
        assert_eq!(kinds.filter(|kind| *kind == ErrorKind::Unauthenticated).count(), 10, "{spellings:?}");
    }
}

#[tokio::test]
async fn tokens_are_good_for_their_time_and_use() {
    let test = TestApp::start().await;
    let signed_in = test.register("ann@example.com").await.unwrap();
    let accounts = &test.app.accounts;
    let actor = accounts.authenticate(signed_in.tokens.access_text()).await.unwrap();
    assert_eq!(actor.id(), signed_in.account.id);
    assert!(accounts.authenticate(signed_in.tokens.refresh_text()).await.is_err());
    assert!(accounts.refresh(signed_in.tokens.access_text()).await.is_err());
    test.clock.advance(TimeDelta::hours(1));
    assert!(accounts.authenticate(signed_in.tokens.access_text()).await.is_err());
    let refreshed = accounts.refresh(signed_in.tokens.refresh_text()).await.unwrap();
    accounts.authenticate(refreshed.tokens.access_text()).await.unwrap();
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_every_session() {
    let test = TestApp::start().await;
    let first = test.register("ann@example.com").await.unwrap();
    let accounts = &test.app.accounts;
    let other = accounts
        .login(HERE, "ann@example.com", password("correct horse 1"), Device::default())
        .await
        .unwrap();
    let refreshed = accounts.refresh(first.tokens.refresh_text()).await.unwrap();
    accounts.authenticate(other.tokens.access_text()).await.unwrap();
    assert_eq!(
        accounts.refresh(first.tokens.refresh_text()).await.unwrap_err().kind(),
        ErrorKind::Unauthenticated
    );
    for token in [&first, &other, &refreshed] {
        assert!(accounts.authenticate(token.tokens.access_text()).await.is_err());
        assert!(accounts.refresh(token.tokens.refresh_text()).await.is_err());
    }
}

#[tokio::test]
async fn a_session_ends_with_logout_with_disabling_and_with_a_new_password() {
    let test = TestApp::start().await;
    let accounts = &test.app.accounts;
    let login = || accounts.login(HERE, "ann@example.com", password("correct horse 1"), Device::default());

    let signed_in = test.register("ann@example.com").await.unwrap();
    let actor = accounts.authenticate(signed_in.tokens.access_text()).await.unwrap();
    accounts.logout(&actor).await.unwrap();
    assert!(accounts.authenticate(signed_in.tokens.access_text()).await.is_err());
    assert!(accounts.refresh(signed_in.tokens.refresh_text()).await.is_err());

    let signed_in = login().await.unwrap();
    let operator = Operator::at_the_console();
    accounts.reset_password(&operator, "ann@example.com", password("another horse 2")).await.unwrap();
    assert!(accounts.authenticate(signed_in.tokens.access_text()).await.is_err());
    assert!(login().await.is_err());

    let signed_in = accounts
        .login(HERE, "ann@example.com", password("another horse 2"), Device::default())
        .await
        .unwrap();
    let now = wenshu_core::clock::Clock::now(test.clock.as_ref());
    test.store.set_status(signed_in.account.id, AccountStatus::Disabled, now).await.unwrap();
    assert!(accounts.authenticate(signed_in.tokens.access_text()).await.is_err());
    assert!(accounts.refresh(signed_in.tokens.refresh_text()).await.is_err());
    assert!(
        accounts
            .login(HERE, "ann@example.com", password("another horse 2"), Device::default())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn admins_are_made_at_the_console_and_sign_in_by_name() {
    let test = TestApp::start().await;
    let accounts = &test.app.accounts;
    let operator = Operator::at_the_console();
    let admin = accounts.create_admin(&operator, "root", password("correct horse 1")).await.unwrap();
    assert_eq!(admin.role, Role::Admin);
    let taken = accounts.create_admin(&operator, "ROOT", password("correct horse 1")).await.unwrap_err();
    assert_eq!(taken.fields()[0].field, "username");
    accounts.login(HERE, "root", password("correct horse 1"), Device::default()).await.unwrap();
    assert_eq!(test.register("ann@example.com").await.unwrap().account.role, Role::User);
    assert_eq!(accounts.list(&operator).await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_many_first_registrations_one_is_admin() {
    let test = TestApp::start().await;
    let registrations = (0..20).map(|number| {
        let app = std::sync::Arc::clone(&test.app);
        async move {
            app.accounts
                .register(registration(&format!("user{number}@example.com")), Device::default())
                .await
                .unwrap()
        }
    });
    let made = futures::future::join_all(registrations).await;
    assert_eq!(made.iter().filter(|made| made.account.role == Role::Admin).count(), 1);
}
