//! Users: employees who sign in. Only those with `users.manage` create, change and remove them (S1.3).

mod fields;
mod standing;
mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::{ADMINISTRATOR, Forbidden, Right, Scope, Token, Viewer, password_link, session, throttle};
use crate::{ClientId, UserId};

use fields::Fields;
pub use fields::normal_login;
pub use standing::{activate, deactivate, new_password_link, sign_out, unlock};

/// An employee, as those see him who manage users.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct User {
    /// Never changes.
    pub id: UserId,
    /// In small letters.
    pub login: String,
    /// As others see it.
    pub name: String,
    /// What he does in the company.
    #[schema(required = true)]
    pub post: Option<String>,
    /// As he wrote it.
    #[schema(required = true)]
    pub phone: Option<String>,
    /// Where the hub writes to him.
    #[schema(required = true)]
    pub email: Option<String>,
    /// Codes of roles, sorted.
    pub roles: Vec<String>,
    /// Whether he has set a password yet.
    pub has_password: bool,
    /// Whether a code of an app is asked for when he signs in.
    pub second_factor: bool,
    /// Whether it is required of him.
    pub second_factor_required: bool,
    /// Since when he cannot sign in; his name stays in the history.
    #[schema(required = true)]
    pub disabled_at: Option<DateTime<Utc>>,
    /// Until when too many wrong passwords keep him out.
    #[schema(required = true)]
    pub locked_until: Option<DateTime<Utc>>,
    /// When he was created.
    pub created_at: DateTime<Utc>,
    /// When he was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A colleague, as everybody sees him.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Colleague {
    /// Whom to name as responsible.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// What he does in the company.
    #[schema(required = true)]
    pub post: Option<String>,
    /// Whether he has left.
    pub disabled: bool,
}

/// A user to be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// In any letter case; stored in small letters.
    pub login: String,
    /// As others see it.
    pub name: String,
    /// What he does in the company.
    pub post: Option<String>,
    /// Any text that people can dial.
    pub phone: Option<String>,
    /// Where the hub writes to him.
    pub email: Option<String>,
    /// Codes of roles.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// What changes of a user; what is absent stays. An empty `post`, `phone` or `email` takes it away.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// In any letter case.
    pub login: Option<String>,
    /// As others see it.
    pub name: Option<String>,
    /// What he does in the company.
    pub post: Option<String>,
    /// Any text that people can dial.
    pub phone: Option<String>,
    /// Where the hub writes to him.
    pub email: Option<String>,
    /// All codes of roles that he has from now on.
    pub roles: Option<Vec<String>>,
}

/// Which users to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Part of the name or login.
    pub text: Option<String>,
    /// Who has this role.
    pub role: Option<String>,
    /// Also those who cannot sign in any more.
    pub with_disabled: bool,
}

/// The place of a row in the list: by name, then by id.
pub type Key = (String, UserId);

/// Why a user was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such user.
    #[error("there is no such user")]
    Missing,
    /// A field breaks a rule.
    #[error("the field {field} is not acceptable")]
    Field {
        /// Which one.
        field: &'static str,
    },
    /// There is no such role.
    #[error("there is no role {0}")]
    UnknownRole(String),
    /// Somebody else has this login.
    #[error("the login is taken")]
    LoginTaken,
    /// Without him nobody could manage users.
    #[error("the last administrator has to stay")]
    LastAdministrator,
    /// Nobody shuts himself out.
    #[error("nobody deactivates himself")]
    Oneself,
    /// The database failed.
    #[error("users could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// Creates a user. The token of a one-time link, by which he sets his password, comes with him.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewUser,
    now: DateTime<Utc>,
) -> Result<(User, Token), UserError> {
    viewer.require(Right::UsersManage)?;
    let actor = Actor::User(viewer);
    let id = insert(conn, &actor, new, now).await?;
    let token = password_link::issue(conn, &actor, id, now).await?;
    let user = store::find(conn, id, now).await?.ok_or(UserError::Missing)?;
    Ok((user, token))
}

/// Users by name, behind the given place.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    behind: Option<&Key>,
    rows: i64,
    now: DateTime<Utc>,
) -> Result<Vec<User>, UserError> {
    viewer.require(Right::UsersManage)?;
    Ok(store::list(conn, filter, behind, rows, now).await?)
}

/// Names of everybody, for everybody who has signed in; who has left stays, for old entries.
pub async fn colleagues(
    conn: &mut PgConnection,
    _viewer: &Viewer,
    behind: Option<&Key>,
    rows: i64,
) -> sqlx::Result<Vec<Colleague>> {
    store::colleagues(conn, behind, rows).await
}

/// One user.
pub async fn get(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    store::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// Changes a user; other roles count from his next request on.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    patch: UserPatch,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    store::lock_administrators(conn).await?;
    let before = store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    let was = Fields::of(&before);
    let fields = Fields {
        login: patch.login.map_or(Ok(was.login), |login| fields::login(&login))?,
        name: patch.name.map_or(Ok(was.name), |name| fields::name(&name))?,
        post: patch.post.map_or(Ok(was.post), |post| fields::optional("post", Some(&post)))?,
        phone: patch.phone.map_or(Ok(was.phone), |phone| fields::optional("phone", Some(&phone)))?,
        email: patch.email.map_or(Ok(was.email), |email| fields::email(Some(&email)))?,
    };
    store::update(conn, id, &fields, now).await.map_err(taken)?;
    if let Some(roles) = patch.roles {
        assign(conn, id, roles).await?;
        somebody_stays(conn, &before).await?;
    }
    let after = store::find(conn, id, now).await?.ok_or(UserError::Missing)?;
    let (old, new) = (audited(&before), audited(&after));
    if old != new {
        let subject = Subject::new("user", &id);
        audit::record(conn, &Actor::User(viewer), "user.edit", subject, Some(old), Some(new), now).await?;
    }
    Ok(after)
}

/// Stores a new user; whether the actor may is the caller's business.
pub(super) async fn insert(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    new: NewUser,
    now: DateTime<Utc>,
) -> Result<UserId, UserError> {
    let id = UserId::at(now);
    let fields = Fields {
        login: fields::login(&new.login)?,
        name: fields::name(&new.name)?,
        post: fields::optional("post", new.post.as_deref())?,
        phone: fields::optional("phone", new.phone.as_deref())?,
        email: fields::email(new.email.as_deref())?,
    };
    store::insert(conn, id, &fields, now).await.map_err(taken)?;
    assign(conn, id, new.roles).await?;
    let after = store::find(conn, id, now).await?.map(|user| audited(&user));
    audit::record(conn, actor, "user.create", Subject::new("user", &id), None, after, now).await?;
    Ok(id)
}

/// Sets a password: all sessions but the one to keep end, links die, a lock opens.
pub(super) async fn set_password(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    id: UserId,
    password_hash: &str,
    keep: Option<&Token>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let login = store::set_password(conn, id, password_hash, now).await?;
    session::close_all_but(conn, id, keep).await?;
    password_link::drop_all(conn, id).await?;
    throttle::unlock(conn, &login).await?;
    audit::record(conn, actor, "user.set_password", Subject::new("user", &id), None, None, now).await
}

/// Changes the user's own phone.
pub(super) async fn set_phone(
    conn: &mut PgConnection,
    viewer: &Viewer,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    let before = store::lock(conn, viewer.user_id, now).await?.ok_or(UserError::Missing)?;
    let phone = fields::optional("phone", Some(phone))?;
    if phone == before.phone {
        return Ok(());
    }
    let (old, new) = (json!({ "phone": before.phone }), json!({ "phone": phone }));
    store::update(conn, before.id, &Fields { phone, ..Fields::of(&before) }, now).await?;
    edited_himself(conn, viewer, old, new, now).await
}

/// Changes the user's own address. Returns whether it is another one than before.
pub(super) async fn set_email(
    conn: &mut PgConnection,
    viewer: &Viewer,
    email: &str,
    now: DateTime<Utc>,
) -> Result<bool, UserError> {
    let before = store::lock(conn, viewer.user_id, now).await?.ok_or(UserError::Missing)?;
    let email = fields::email(Some(email))?;
    if email == before.email {
        return Ok(false);
    }
    let (old, new) = (json!({ "email": before.email }), json!({ "email": email }));
    store::update(conn, before.id, &Fields { email, ..Fields::of(&before) }, now).await?;
    edited_himself(conn, viewer, old, new, now).await?;
    Ok(true)
}

async fn edited_himself(
    conn: &mut PgConnection,
    viewer: &Viewer,
    old: Value,
    new: Value,
    now: DateTime<Utc>,
) -> Result<(), UserError> {
    let subject = Subject::new("user", &viewer.user_id);
    audit::record(conn, &Actor::User(viewer), "user.edit", subject, Some(old), Some(new), now).await?;
    Ok(())
}

/// One user, for himself and for the program.
pub(super) async fn find(
    conn: &mut PgConnection,
    id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<User>> {
    store::find(conn, id, now).await
}

/// Whether anybody can manage users.
pub(super) async fn somebody_administers(conn: &mut PgConnection) -> sqlx::Result<bool> {
    store::lock_administrators(conn).await?;
    Ok(store::administrators(conn).await? > 0)
}

/// Each right once, with the widest scope: `over_all` are the words of those that some role gives over all.
pub(super) fn widest(words: &[String], over_all: &[String]) -> BTreeMap<Right, Scope> {
    let own = words.iter().map(|word| (word, Scope::Own));
    let all = over_all.iter().map(|word| (word, Scope::All));
    own.chain(all).filter_map(|(word, scope)| Some((Right::from_word(word)?, scope))).collect()
}

/// The rights of all roles of a user together, the widest scope of each.
pub(super) async fn rights_of(conn: &mut PgConnection, user: UserId) -> sqlx::Result<BTreeMap<Right, Scope>> {
    let rows = store::rights(conn, user).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let scope = if row.all { Scope::All } else { Scope::Own };
            Some((Right::from_word(&row.right_name)?, scope))
        })
        .collect())
}

/// The clients of others that are open to a user: at a moment, or so far as nobody has ended it yet.
pub(crate) async fn lent(
    conn: &mut PgConnection,
    user: UserId,
    now: Option<DateTime<Utc>>,
) -> sqlx::Result<Vec<ClientId>> {
    store::lent(conn, user, now).await
}

/// A user who may sign in, as the viewer of what he does elsewhere than in the product; for those who know that it is him.
/// What was opened to him for a time counts until the task that ends it has run, a minute at most.
pub(crate) async fn viewer_unscoped(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Viewer>> {
    let Some(name) = store::active_name(conn, user).await? else { return Ok(None) };
    let rights = rights_of(conn, user).await?;
    Ok(Some(Viewer { user_id: user, name, remote: None, rights, lent: lent(conn, user, None).await? }))
}

/// Who signs in, with what his password is verified against.
pub(super) struct SigningIn {
    pub(super) id: UserId,
    pub(super) name: String,
    pub(super) password_hash: Option<String>,
}

/// The user of this login who may sign in.
pub(super) async fn find_active_by_login(
    conn: &mut PgConnection,
    login: &str,
) -> sqlx::Result<Option<SigningIn>> {
    store::find_active_by_login(conn, login).await
}

/// The same by id, and nobody changes him until the end of the transaction.
pub(super) async fn lock_active_by_id(
    conn: &mut PgConnection,
    id: UserId,
) -> sqlx::Result<Option<SigningIn>> {
    store::lock_active_by_id(conn, id).await
}

async fn assign(conn: &mut PgConnection, id: UserId, mut roles: Vec<String>) -> Result<(), UserError> {
    roles.sort();
    roles.dedup();
    let known = store::replace_roles(conn, id, &roles).await?;
    match roles.into_iter().find(|role| !known.contains(role)) {
        Some(unknown) => Err(UserError::UnknownRole(unknown)),
        None => Ok(()),
    }
}

/// After a change that may have taken an administrator away: there has to be another who can sign in.
async fn somebody_stays(conn: &mut PgConnection, before: &User) -> Result<(), UserError> {
    let was_administrator = before.roles.iter().any(|role| role == ADMINISTRATOR);
    if was_administrator && store::administrators(conn).await? == 0 {
        return Err(UserError::LastAdministrator);
    }
    Ok(())
}

fn audited(user: &User) -> serde_json::Value {
    json!({
        "login": user.login, "name": user.name, "post": user.post, "phone": user.phone, "email": user.email,
        "roles": user.roles,
    })
}

fn taken(error: sqlx::Error) -> UserError {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    if constraint == Some("users_login_unique") { UserError::LoginTaken } else { UserError::Database(error) }
}
