//! The rules for credentials of single services, most of which begin with a mark of their own.
//!
//! See [`super::rules`] for where the forms come from. A mark that no word ends in is one wherever it stands;
//! a short one only where no word goes on before it ([`apart`]).

use super::rules::{Rule, apart};
use super::value::{any, has_digit, is_key_id, is_mixed};

/// An expression for a mark that stands apart, or for a form so plain that it need not.
macro_rules! apart_or {
    ($apart:literal, $anywhere:literal) => {
        concat!(apart!(), "(", $apart, ")|(", $anywhere, ")")
    };
}

/// Makes a rule whose match is taken out as a whole.
const fn service(
    name: &'static str,
    marks: &'static [&'static str],
    pattern: &'static str,
    is_secret: fn(&str, &str) -> bool,
) -> Rule {
    Rule { name, marks, pattern, is_secret }
}

/// In the order in which they are tried.
pub(super) const RULES: &[Rule] = &[
    // Clouds.
    service(
        "aws-access-key",
        &["akia", "asia", "abia", "acca"],
        apart!(r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
        is_key_id,
    ),
    service(
        "aws-secret-key",
        &["aws"],
        r#"(?i)aws[ _a-z.-]{0,20}secret[ _a-z.-]{0,20}["']?\s{0,40}[:= ]\s{0,40}["']?([A-Za-z0-9/+=]{40})(?:[^A-Za-z0-9/+=]|$)"#,
        is_mixed,
    ),
    service("gcp-api-key", &["aiza"], r"AIza[0-9A-Za-z_-]{35}", any),
    service("google-oauth", &["gocspx-", "ya29."], r"(?:GOCSPX-[0-9A-Za-z_-]{28}|ya29\.[0-9A-Za-z_-]{20,})", any),
    service("azure-secret", &["q~"], apart!(r"[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}"), any),
    service("azure-storage-key", &["accountkey="], r"(?i)AccountKey=([A-Za-z0-9+/]{86}==)", any),
    service("azure-sas", &["sig="], r"[?&]sig=([A-Za-z0-9%+/=]{40,})", any),
    service("alibaba-key", &["ltai"], apart!(r"LTAI[A-Za-z0-9]{12,24}\b"), is_mixed),
    service("tencent-key", &["akid"], apart!(r"AKID[A-Za-z0-9]{32}\b"), any),
    service("digitalocean-token", &["_v1_"], r"do[opr]_v1_[a-f0-9]{64}\b", any),
    service("heroku-key", &["hrku-"], r"HRKU-[A-Za-z0-9_-]{36,}", any),
    service("cloudflare-key", &["v1.0-"], r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}\b", any),
    service(
        "fly-token",
        &["fo1_", "flyv1"],
        apart!(r"fo1_[A-Za-z0-9_-]{40,}|FlyV1 fm[12][a-z]?_[A-Za-z0-9+/=,_-]{40,}"),
        any,
    ),
    service("supabase-key", &["sbp_", "sb_secret_"], apart!(r"sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,}"), any),
    service("vault-token", &["hvs.", "hvb.", "hvr."], apart!(r"hv[sbr]\.[A-Za-z0-9_-]{24,}"), any),
    service("terraform-token", &[".atlasv1."], apart!(r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"), any),
    service("pulumi-token", &["pul-"], apart!(r"pul-[a-f0-9]{40}\b"), any),
    service(
        "doppler-token",
        &["dp."],
        apart!(r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[A-Za-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b"),
        any,
    ),
    service("databricks-token", &["dapi"], apart!(r"dapi[0-9a-fA-F]{32}(?:-[0-9])?\b"), any),
    service(
        "vercel-token",
        &["vcp_", "vci_", "vca_", "vcr_", "vck_"],
        apart!(r"vc[piark]_[A-Za-z0-9]{20,60}\b"),
        is_mixed,
    ),
    service("tailscale-key", &["tskey-"], apart!(r"tskey-[a-z]{2,10}-[A-Za-z0-9-]{20,}"), any),
    service("planetscale-token", &["pscale_"], apart!(r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}"), any),
    // Where code lives.
    service(
        "github-token",
        &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
        apart_or!(r"gh[pousr]_[A-Za-z0-9_]{36,255}", r"gh[pousr]_[A-Za-z0-9]{36}[A-Za-z0-9_]*"),
        any,
    ),
    service(
        "github-token",
        &["github_pat_"],
        apart_or!(r"github_pat_[A-Za-z0-9_]{22,255}", r"github_pat_[A-Za-z0-9]{22}[A-Za-z0-9_]*"),
        any,
    ),
    service(
        "gitlab-token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-", "glsoat-"],
        r"gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2,}){0,2}",
        any,
    ),
    service("bitbucket-token", &["atbb"], apart!(r"ATBB[A-Za-z0-9]{24,}\b"), is_mixed),
    service("atlassian-token", &["atatt3", "atctt3"], r"AT[AC]TT3[A-Za-z0-9_=-]{60,}", any),
    service("chittysync-token", &["cst_"], r"cst_[a-f0-9]{8}_[a-f0-9]{64}\b", any),
    service("npm-token", &["npm_"], r"npm_[A-Za-z0-9]{36}\b", any),
    // The names of npm's own variables (`npm_config_…`) look like this too, but for their letters.
    service("npm-token", &["npm_"], r"npm_[A-Za-z0-9_]{36}\b", is_mixed),
    service("pypi-token", &["pypi-ag"], r"pypi-Ag[A-Za-z0-9_-]{50,}", any),
    service("rubygems-key", &["rubygems_"], r"rubygems_[a-f0-9]{48}\b", any),
    service("crates-token", &["cio"], apart!(r"cio[A-Za-z0-9]{32}\b"), is_mixed),
    service("nuget-key", &["oy2"], apart!(r"oy2[a-z0-9]{43}\b"), any),
    service("clojars-token", &["clojars_"], r"CLOJARS_[a-f0-9]{60}\b", any),
    service("docker-token", &["dckr_"], r"dckr_[a-z]{3}_[A-Za-z0-9_-]{20,}", any),
    service("artifactory-key", &["akcp", "cmvmd"], apart!(r"(?:AKCp[A-Za-z0-9]{60,}|cmVmd[A-Za-z0-9]{59,})\b"), any),
    // Models.
    service("anthropic-key", &["sk-ant-"], apart!(r"sk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{20,}"), any),
    service("openrouter-key", &["sk-or-"], apart!(r"sk-or-v1-[a-f0-9]{40,}"), any),
    service(
        "openai-key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        apart!(r"sk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}"),
        any,
    ),
    service("openai-key", &["sk-"], apart!(r"sk-[A-Za-z0-9]{32,}\b"), is_mixed),
    service("huggingface-token", &["hf_", "api_org_"], apart!(r"(?:hf_|api_org_)[A-Za-z0-9]{30,}\b"), any),
    service("groq-key", &["gsk_"], apart!(r"gsk_[A-Za-z0-9]{40,}\b"), any),
    service("replicate-token", &["r8_"], apart!(r"r8_[A-Za-z0-9]{37,}\b"), any),
    service("perplexity-key", &["pplx-"], apart!(r"pplx-[A-Za-z0-9]{40,}\b"), any),
    service("xai-key", &["xai-"], apart!(r"xai-[A-Za-z0-9]{60,}\b"), any),
    // Money, mail, messages.
    service("stripe-key", &["_live_", "_test_"], apart!(r"(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"), any),
    service("stripe-key", &["whsec_"], r"whsec_[A-Za-z0-9+/=]{24,}", any),
    service("square-token", &["sq0atp-", "sq0csp-"], r"sq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43})", any),
    service(
        "plaid-token",
        &["access-"],
        apart!(r"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}\b"),
        any,
    ),
    service(
        "shopify-token",
        &["shpat_", "shpca_", "shppa_", "shpss_"],
        r"shp(?:at|ca|pa|ss)_[A-Za-z0-9]{32,64}\b",
        any,
    ),
    service("easypost-key", &["ezak", "eztk"], apart!(r"EZ[AT]K[A-Za-z0-9]{54}\b"), any),
    service("sendgrid-key", &["sg."], apart!(r"SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"), any),
    service("mailgun-key", &["key-"], apart!(r"key-[0-9a-f]{32}\b"), any),
    service("mailchimp-key", &["-us"], apart!(r"[0-9a-f]{32}-us[0-9]{1,2}\b"), any),
    service("brevo-key", &["xkeysib-"], r"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}\b", any),
    service(
        "twilio-key",
        &[
            "sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9", "ska", "skb", "skc", "skd", "ske",
            "skf",
        ],
        apart!(r"SK[0-9a-f]{32}\b"),
        any,
    ),
    service(
        "slack-token",
        &["xox", "xapp-"],
        apart_or!(r"xapp-[A-Za-z0-9]{1,40}-[A-Za-z0-9-]{20,}", r"xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}"),
        has_digit,
    ),
    service(
        "slack-webhook",
        &["hooks.slack.com"],
        r"(?i)hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/+_-]{12,})",
        any,
    ),
    service(
        "discord-webhook",
        &["/api/webhooks/"],
        r"discord(?:app)?\.com/api/webhooks/([0-9]+/[A-Za-z0-9_-]{40,})",
        any,
    ),
    service(
        "discord-token",
        &["discord"],
        apart!(r"[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}"),
        is_mixed,
    ),
    service("telegram-token", &[":aa"], r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", any),
    service("facebook-token", &["eaa"], apart!(r"EAA[A-Za-z0-9]{60,}"), is_mixed),
    // Tools.
    service("airtable-token", &["airtable"], apart!(r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b"), any),
    service("linear-key", &["lin_"], apart!(r"lin_(?:api|oauth)_[A-Za-z0-9_]{32,}"), any),
    service(
        "notion-token",
        &["secret_", "ntn_"],
        apart!(r"(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,})\b"),
        has_digit,
    ),
    service("figma-token", &["figd_"], r"figd_[A-Za-z0-9_-]{38,}", any),
    service("postman-key", &["pmak-"], r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}\b", any),
    service("contentful-token", &["cfpat-"], r"CFPAT-[A-Za-z0-9_-]{43}", any),
    service(
        "grafana-token",
        &["glsa_", "glc_"],
        apart!(r"glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,}"),
        any,
    ),
    service("new-relic-key", &["nrak-"], r"NRAK-[A-Z0-9]{27}\b", any),
    service("sentry-token", &["sntryu_", "sntrys_"], r"sntry[us]_[A-Za-z0-9+/=_-]{40,}", any),
    service("dynatrace-token", &["dt0c01."], r"dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b", any),
    service(
        "onepassword-key",
        &["a3-", "ops_eyj"],
        apart!(r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}\b|ops_eyJ[A-Za-z0-9+/=_-]{60,}"),
        any,
    ),
    service("age-key", &["age-secret-key-"], r"AGE-SECRET-KEY-1[0-9A-Z]{58}\b", any),
];
