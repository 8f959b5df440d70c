//! The rules for credentials of single services, most of which begin with a mark of their own.
//!
//! See [`super::rules`] for where the forms come from.

use super::rules::Rule;
use super::value::{any, has_digit, is_mixed};

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
    service("aws-access-key", &["akia", "asia", "abia", "acca"], r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", has_digit),
    service(
        "aws-secret-key",
        &["aws"],
        r#"(?i)aws[ _a-z.-]{0,20}secret[ _a-z.-]{0,20}["']?\s{0,2}[:= ]\s{0,2}["']?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#,
        is_mixed,
    ),
    service("gcp-api-key", &["aiza"], r"\bAIza[0-9A-Za-z_-]{35}", any),
    service("google-oauth", &["gocspx-", "ya29."], r"\b(?:GOCSPX-[0-9A-Za-z_-]{28}|ya29\.[0-9A-Za-z_-]{20,})", any),
    service("azure-secret", &["q~"], r"\b[A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}", any),
    service("azure-storage-key", &["accountkey="], r"(?i)AccountKey=([A-Za-z0-9+/]{86}==)", any),
    service("azure-sas", &["sig="], r"[?&]sig=([A-Za-z0-9%+/=]{40,})", any),
    service("alibaba-key", &["ltai"], r"\bLTAI[A-Za-z0-9]{12,24}\b", is_mixed),
    service("tencent-key", &["akid"], r"\bAKID[A-Za-z0-9]{32}\b", any),
    service("digitalocean-token", &["_v1_"], r"\bdo[opr]_v1_[a-f0-9]{64}\b", any),
    service("heroku-key", &["hrku-"], r"\bHRKU-[A-Za-z0-9_-]{36,}", any),
    service("cloudflare-key", &["v1.0-"], r"\bv1\.0-[a-f0-9]{24}-[a-f0-9]{100,}\b", any),
    service(
        "fly-token",
        &["fo1_", "flyv1"],
        r"\b(?:fo1_[A-Za-z0-9_-]{40,}|FlyV1 fm[12][a-z]?_[A-Za-z0-9+/=,_-]{40,})",
        any,
    ),
    service("supabase-key", &["sbp_", "sb_secret_"], r"\b(?:sbp_[a-f0-9]{40}|sb_secret_[A-Za-z0-9_-]{20,})", any),
    service("vault-token", &["hvs.", "hvb.", "hvr."], r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}", any),
    service("terraform-token", &[".atlasv1."], r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}", any),
    service("pulumi-token", &["pul-"], r"\bpul-[a-f0-9]{40}\b", any),
    service(
        "doppler-token",
        &["dp."],
        r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[A-Za-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b",
        any,
    ),
    service("databricks-token", &["dapi"], r"\bdapi[0-9a-f]{32}(?:-[0-9])?\b", any),
    service("tailscale-key", &["tskey-"], r"\btskey-[a-z]{2,10}-[A-Za-z0-9-]{20,}", any),
    service("planetscale-token", &["pscale_"], r"\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,}", any),
    // Where code lives.
    service("github-token", &["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"\bgh[pousr]_[A-Za-z0-9_]{36,255}", any),
    service("github-token", &["github_pat_"], r"\bgithub_pat_[A-Za-z0-9_]{22,255}", any),
    service(
        "gitlab-token",
        &["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glimt-", "glagent-", "gloas-", "glsoat-"],
        r"\bgl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|oas|soat)-[A-Za-z0-9_-]{20,}(?:\.[0-9a-z]{2,}){0,2}",
        any,
    ),
    service("bitbucket-token", &["atbb"], r"\bATBB[A-Za-z0-9]{24,}\b", is_mixed),
    service("atlassian-token", &["atatt3", "atctt3"], r"\bAT[AC]TT3[A-Za-z0-9_=-]{60,}", any),
    service("npm-token", &["npm_"], r"\bnpm_[A-Za-z0-9]{36}\b", any),
    service("pypi-token", &["pypi-ag"], r"\bpypi-Ag[A-Za-z0-9_-]{50,}", any),
    service("rubygems-key", &["rubygems_"], r"\brubygems_[a-f0-9]{48}\b", any),
    service("crates-token", &["cio"], r"\bcio[A-Za-z0-9]{32}\b", is_mixed),
    service("nuget-key", &["oy2"], r"\boy2[a-z0-9]{43}\b", any),
    service("clojars-token", &["clojars_"], r"\bCLOJARS_[a-f0-9]{60}\b", any),
    service("docker-token", &["dckr_"], r"\bdckr_[a-z]{3}_[A-Za-z0-9_-]{20,}", any),
    service("artifactory-key", &["akcp", "cmvmd"], r"\b(?:AKCp[A-Za-z0-9]{60,}|cmVmd[A-Za-z0-9]{59,})\b", any),
    // Models.
    service("anthropic-key", &["sk-ant-"], r"\bsk-ant-[a-z0-9]{3,12}-[A-Za-z0-9_-]{20,}", any),
    service("openrouter-key", &["sk-or-"], r"\bsk-or-v1-[a-f0-9]{40,}", any),
    service(
        "openai-key",
        &["sk-proj-", "sk-svcacct-", "sk-admin-"],
        r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,}",
        any,
    ),
    service("openai-key", &["sk-"], r"\bsk-[A-Za-z0-9]{32,}\b", is_mixed),
    service("huggingface-token", &["hf_", "api_org_"], r"\b(?:hf_|api_org_)[A-Za-z0-9]{30,}\b", any),
    service("groq-key", &["gsk_"], r"\bgsk_[A-Za-z0-9]{40,}\b", any),
    service("replicate-token", &["r8_"], r"\br8_[A-Za-z0-9]{37,}\b", any),
    service("perplexity-key", &["pplx-"], r"\bpplx-[A-Za-z0-9]{40,}\b", any),
    service("xai-key", &["xai-"], r"\bxai-[A-Za-z0-9]{60,}\b", any),
    // Money, mail, messages.
    service("stripe-key", &["_live_", "_test_"], r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}", any),
    service("stripe-key", &["whsec_"], r"\bwhsec_[A-Za-z0-9+/=]{24,}", any),
    service("square-token", &["sq0atp-", "sq0csp-"], r"\bsq0(?:atp-[A-Za-z0-9_-]{22}|csp-[A-Za-z0-9_-]{43})", any),
    service(
        "plaid-token",
        &["access-"],
        r"\baccess-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}\b",
        any,
    ),
    service("shopify-token", &["shpat_", "shpca_", "shppa_", "shpss_"], r"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b", any),
    service("easypost-key", &["ezak", "eztk"], r"\bEZ[AT]K[A-Za-z0-9]{54}\b", any),
    service("sendgrid-key", &["sg."], r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}", any),
    service("mailgun-key", &["key-"], r"\bkey-[0-9a-f]{32}\b", any),
    service("mailchimp-key", &["-us"], r"\b[0-9a-f]{32}-us[0-9]{1,2}\b", any),
    service("brevo-key", &["xkeysib-"], r"\bxkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}\b", any),
    service(
        "twilio-key",
        &[
            "sk0", "sk1", "sk2", "sk3", "sk4", "sk5", "sk6", "sk7", "sk8", "sk9", "ska", "skb", "skc", "skd", "ske",
            "skf",
        ],
        r"\bSK[0-9a-f]{32}\b",
        any,
    ),
    service(
        "slack-token",
        &["xox", "xapp-"],
        r"\b(?:xox[abeoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{20,})",
        has_digit,
    ),
    service(
        "slack-webhook",
        &["hooks.slack.com"],
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/+_-]{20,})",
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
        r"\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,38}",
        is_mixed,
    ),
    service("telegram-token", &[":aa"], r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", any),
    service("facebook-token", &["eaa"], r"\bEAA[A-Za-z0-9]{60,}", is_mixed),
    // Tools.
    service("airtable-token", &["airtable"], r"\bpat[A-Za-z0-9]{14}\.[a-f0-9]{64}\b", any),
    service("linear-key", &["lin_"], r"\blin_(?:api|oauth)_[A-Za-z0-9]{32,}", any),
    service("notion-token", &["secret_", "ntn_"], r"\b(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,})\b", has_digit),
    service("figma-token", &["figd_"], r"\bfigd_[A-Za-z0-9_-]{38,}", any),
    service("postman-key", &["pmak-"], r"\bPMAK-[a-f0-9]{24}-[a-f0-9]{34}\b", any),
    service("contentful-token", &["cfpat-"], r"\bCFPAT-[A-Za-z0-9_-]{43}", any),
    service(
        "grafana-token",
        &["glsa_", "glc_"],
        r"\b(?:glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{32,})",
        any,
    ),
    service("new-relic-key", &["nrak-"], r"\bNRAK-[A-Z0-9]{27}\b", any),
    service("sentry-token", &["sntryu_", "sntrys_"], r"\bsntry[us]_[A-Za-z0-9+/=_-]{40,}", any),
    service("dynatrace-token", &["dt0c01."], r"\bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b", any),
    service(
        "onepassword-key",
        &["a3-", "ops_eyj"],
        r"\b(?:A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}\b|ops_eyJ[A-Za-z0-9+/=_-]{60,})",
        any,
    ),
    service("age-key", &["age-secret-key-"], r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b", any),
];
