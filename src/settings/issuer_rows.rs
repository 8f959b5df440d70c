//! The rows of the table that are about signed tokens: those of others that the hub takes, and its own.

use super::kind::Kind;
use super::row::ROW;
use super::setting::Setting;

/// Under which name a hub signs.
pub const HUB_ADDRESS: Setting = Setting {
    key: "chittysync.hubAddress",
    kind: Kind::Text("an https:// URL"),
    help: "Where others reach this hub, and so the `iss` of the tokens that it signs for them. Without it the hub signs none.",
    ..ROW
};

/// For whom a token has to be made.
pub const HUB_AUDIENCE: Setting = Setting {
    key: "chittysync.hubAudience",
    kind: Kind::Text("a text"),
    help: "For whom a signed token has to be made that the hub takes, as its `aud` says.",
    ..ROW
};

/// Who answers for tokens that are not signed.
pub const HUB_INTROSPECTION: Setting = Setting {
    key: "chittysync.hubIntrospection",
    kind: Kind::Text("an https:// URL"),
    help: "Where the hub asks whether a token is good that is neither signed nor one of its own, as ChittyAuth's `/v1/tokens/validate` answers. Without it no such token is. For a project's repository it is read from nowhere, like all of these.",
    ..ROW
};

/// Who signs tokens.
pub const HUB_ISSUER: Setting = Setting {
    key: "chittysync.hubIssuer",
    kind: Kind::Text("a text"),
    help: "Whose signed tokens (JWT) the hub takes, as their `iss` says. docs/hub.md tells what they have to say.",
    ..ROW
};

/// Where the keys of the issuer are.
pub const HUB_KEYS: Setting = Setting {
    key: "chittysync.hubKeys",
    kind: Kind::Text("an https:// URL"),
    help: "Where the public keys of `chittysync.hubIssuer` are, as a JWK set.",
    ..ROW
};
