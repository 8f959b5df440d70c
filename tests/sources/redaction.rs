//! What is taken for a credential, wherever it stands, and what is not. Made up at run time, as in `secrets`.

use chittysync::redact::{Found, Redactor, names};

use crate::secrets::{ALL, Dice, HEX, LOWER, UPPER};

fn redacted(text: &str) -> String {
    Redactor::default().text(text, &mut Found::new()).into_owned()
}

/// A form: its rule, its mark in pieces, so many characters of an alphabet, and its end.
type Form = (&'static str, &'static [&'static str], &'static str, usize, &'static str);

/// What no word ends in, so that it is one behind any word.
const ANYWHERE: &[Form] = &[
    ("gcp-api-key", &["AI", "za"], ALL, 35, ""),
    ("google-oauth", &["GOC", "SPX-"], ALL, 28, ""),
    ("azure-storage-key", &["Account", "Key="], ALL, 86, "=="),
    ("azure-sas", &["?s", "ig="], ALL, 44, ""),
    ("digitalocean-token", &["do", "p_v1_"], HEX, 64, ""),
    ("heroku-key", &["HR", "KU-"], ALL, 60, ""),
    ("cloudflare-key", &["v1", ".0-0123456789abcdef01234567-"], HEX, 146, ""),
    ("github-token", &["gh", "p_"], ALL, 36, ""),
    ("github-token", &["gh", "s_"], ALL, 36, ""),
    ("github-token", &["github", "_pat_0123456789abcdefghijAB_"], ALL, 59, ""),
    ("gitlab-token", &["gl", "pat-"], ALL, 20, ""),
    ("atlassian-token", &["ATA", "TT3"], ALL, 180, ""),
    ("chittysync-token", &["cst", "_0a1b2c3d_"], HEX, 64, ""),
    ("npm-token", &["np", "m_"], ALL, 36, ""),
    ("pypi-token", &["pypi", "-AgEIcHlwaS5vcmc"], ALL, 120, ""),
    ("rubygems-key", &["ruby", "gems_"], HEX, 48, ""),
    ("clojars-token", &["CLO", "JARS_"], HEX, 60, ""),
    ("docker-token", &["dckr", "_pat_"], ALL, 27, ""),
    ("stripe-key", &["wh", "sec_"], ALL, 32, ""),
    ("square-token", &["sq0", "atp-"], ALL, 22, ""),
    ("shopify-token", &["shp", "at_"], HEX, 32, ""),
    ("brevo-key", &["xkey", "sib-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef-"], ALL, 16, ""),
    ("slack-token", &["xox", "b-123456789012-1234567890123-"], ALL, 24, ""),
    ("slack-webhook", &["hooks.", "slack.com/services/"], ALL, 24, ""),
    ("discord-webhook", &["discord", ".com/api/webhooks/123456789012345678/"], ALL, 68, ""),
    ("telegram-token", &["1234567890", ":AA"], ALL, 33, ""),
    ("figma-token", &["fi", "gd_"], ALL, 40, ""),
    ("postman-key", &["PM", "AK-0123456789abcdef01234567-"], HEX, 34, ""),
    ("contentful-token", &["CF", "PAT-"], ALL, 43, ""),
    ("new-relic-key", &["NR", "AK-"], UPPER, 27, ""),
    ("sentry-token", &["sn", "tryu_"], HEX, 64, ""),
    ("dynatrace-token", &["dt0", "c01.ABCDEFGHIJKLMNOPQRSTUVWX."], UPPER, 64, ""),
    ("age-key", &["AGE", "-SECRET-KEY-1"], UPPER, 58, ""),
];

/// What words do end in, so that it is one only where none does.
const APART: &[Form] = &[
    ("aws-access-key", &["AK", "IA"], UPPER, 16, ""),
    ("aws-secret-key", &["aws", "_secret_access_key="], ALL, 40, ""),
    ("azure-secret", &["aB_8", "Q~"], ALL, 31, ""),
    ("alibaba-key", &["LT", "AI"], ALL, 20, ""),
    ("tencent-key", &["AK", "ID"], ALL, 32, ""),
    ("fly-token", &["fo", "1_"], ALL, 43, ""),
    ("supabase-key", &["sb", "p_"], HEX, 40, ""),
    ("vercel-token", &["vc", "p_"], ALL, 24, ""),
    ("vault-token", &["hv", "s."], ALL, 90, ""),
    ("terraform-token", &["ABCDEFGHIJKLMN", ".atlasv1."], ALL, 67, ""),
    ("pulumi-token", &["pu", "l-"], HEX, 40, ""),
    ("doppler-token", &["dp", ".pt."], ALL, 43, ""),
    ("databricks-token", &["da", "pi"], HEX, 32, ""),
    ("tailscale-key", &["tsk", "ey-auth-k123456CNTRL-"], ALL, 32, ""),
    ("planetscale-token", &["pscale", "_tkn_"], ALL, 43, ""),
    ("bitbucket-token", &["AT", "BB"], ALL, 32, ""),
    ("crates-token", &["ci", "o"], ALL, 32, ""),
    ("nuget-key", &["oy", "2"], LOWER, 43, ""),
    ("artifactory-key", &["AK", "Cp"], ALL, 69, ""),
    ("anthropic-key", &["sk", "-ant-api03-"], ALL, 95, ""),
    ("openrouter-key", &["sk", "-or-v1-"], HEX, 64, ""),
    ("openai-key", &["sk", "-proj-"], ALL, 80, ""),
    ("openai-key", &["sk", "-"], ALL, 48, ""),
    ("huggingface-token", &["h", "f_"], ALL, 34, ""),
    ("groq-key", &["gs", "k_"], ALL, 52, ""),
    ("replicate-token", &["r8", "_"], ALL, 37, ""),
    ("perplexity-key", &["pp", "lx-"], ALL, 48, ""),
    ("xai-key", &["xa", "i-"], ALL, 80, ""),
    ("stripe-key", &["sk", "_live_"], ALL, 24, ""),
    ("plaid-token", &["acc", "ess-sandbox-01234567-"], HEX, 27, ""),
    ("easypost-key", &["EZ", "AK"], ALL, 54, ""),
    ("sendgrid-key", &["S", "G.abcdefghijABCDEFGHIJ01."], ALL, 43, ""),
    ("mailgun-key", &["key", "-"], HEX, 32, ""),
    ("mailchimp-key", &["", ""], HEX, 32, "-us12"),
    ("twilio-key", &["S", "K"], HEX, 32, ""),
    ("slack-token", &["xap", "p-1-A0123456789-"], HEX, 64, ""),
    ("discord-token", &["M", "TA1234567890abcdefghijklmno.Gabcde."], ALL, 38, " for discord"),
    ("facebook-token", &["EA", "A"], ALL, 80, ""),
    ("airtable-token", &["pat", "0123456789abcd."], HEX, 64, " for airtable"),
    ("linear-key", &["lin", "_api_"], ALL, 40, ""),
    ("notion-token", &["nt", "n_"], ALL, 46, ""),
    ("grafana-token", &["gl", "sa_abcdefghijABCDEFGHIJ0123456789AB_"], HEX, 8, ""),
    ("onepassword-key", &["A3-", "ABCDEF-"], "ABCDEFGHIJ", 6, "-ABCDEF-GHIJK-LMNOP-QRSTU"),
];

#[test]
fn is_found_behind_whatever_somebody_writes_before_it() {
    let mut dice = Dice::new(3);
    let mut seen = std::collections::BTreeSet::new();
    for (form, is_anywhere) in ANYWHERE.iter().map(|form| (form, true)).chain(APART.iter().map(|form| (form, false))) {
        let (rule, mark, alphabet, length, end) = form;
        seen.insert(*rule);
        let secret = dice.text(alphabet, *length);
        for front in ["", "\\n", "\\t", "\\r", "line\\n", "%3D", "a%20", "MY_", "\\u003d", "=", "é", "…", "\n", "token"]
        {
            if front == "token" && !is_anywhere {
                continue;
            }
            let said = redacted(&format!("{front}{}{secret}{end}", mark.concat()));
            let expected = format!("[redacted: {rule}]");
            assert!(said.starts_with(front) && said.contains(&expected) && !said.contains(&secret), "{form:?}: {said}");
        }
    }
    let general = ["private-key", "jwt", "url-password", "authorization", "password", "assigned-token", "seed-phrase"];
    let missing: Vec<_> = names().filter(|name| !seen.contains(name) && !general.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?} have no form here");
}

#[test]
fn a_word_that_ends_like_a_mark_is_a_word() {
    let (letters, mut dice) = ("abcdefghijklmnopqrstuvwxyz", Dice::new(5));
    for word in ["ri", "di", "ta", "de", "ma", "wor"] {
        for rest in ["sk-ant-algorithm-for-the-travelling-salesman", "sk-proj-something-rather-long-and-plain"] {
            let text = format!("{word}{rest}");
            assert_eq!(redacted(&text), text);
        }
        let text = format!("{word}sk-{} and {word}sk_test_{}", dice.text(letters, 40), dice.text(letters, 20));
        assert_eq!(redacted(&text), text);
    }
    for text in [
        "weighs_the_items_in_the_basket_and_returns_total",
        "laughs_at_the_0123456789_jokes_of_the_other_process",
        "berlin_api_abcdefghijklmnopqrstuvwxyzabcdefgh",
        "upscale_tkn_abcdefghijklmnopqrstuvwxyzabcdefgh",
        "info1_about_the_things_that_are_written_down_here",
        "usb_secret_handling_of_the_keys",
        "hugsxoxo-and-many-kisses",
        "linuxapp-2-migration-to-the-new-cluster",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn the_name_of_a_key_at_amazon_needs_no_digit() {
    let key = format!("{}{}", ["AK", "IA"].concat(), "QWERTYUIOPASDFGH");
    assert_eq!(redacted(&format!("use {key}")), "use [redacted: aws-access-key]");
    for text in ["AKIAXXXXXXXXXXXXXXXX", "ASIAPACIFICECONOMIES"] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn passwords_of_commands_and_files_are_found() {
    let (word, hex) = ("hunter2correct", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c");
    let base64 = Dice::new(9).text(ALL, 60);
    for (before, secret, after, rule) in [
        ("deploy --password ", word, " --force", "password"),
        ("deploy --db-password=", word, "", "password"),
        ("run with --token ", word, "", "password"),
        ("run with --api-key '", word, "'", "password"),
        ("sshpass -p ", word, " ssh host", "password"),
        ("sshpass -p'", word, "' ssh host", "password"),
        ("curl -u ana:", word, " https://host", "password"),
        ("curl -s --user 'ana:", word, "' https://host", "password"),
        ("mysql -h db -u root -p", word, " shop", "password"),
        ("mysqldump -p", word, " shop", "password"),
        ("redis-cli -h cache -a ", word, " ping", "password"),
        ("machine git.example login ana password ", word, "", "password"),
        ("export DB_PASS=", word, "", "password"),
        ("user: ana, pass: ", "Tr0ub4dor&3", "", "password"),
        ("Passwort: ", "Tr0ub4dor&3", "", "password"),
        ("PASSWORT=", word, "", "password"),
        ("SECRET_KEY_BASE=", hex, "", "assigned-token"),
        ("SECRET_KEY = '", hex, "'", "assigned-token"),
        ("Cookie: theme=dark; session=", hex, "", "authorization"),
        ("Set-Cookie: PHPSESSID=", hex, "; path=/", "authorization"),
        ("    client-key-data: ", &base64, "", "private-key"),
        ("\\nAuthorization: Bearer ", hex, "", "authorization"),
        ("log:\\nBearer ", hex, "", "authorization"),
    ] {
        assert_eq!(redacted(&format!("{before}{secret}{after}")), format!("{before}[redacted: {rule}]{after}"));
    }
}

#[test]
fn prose_about_them_stays_as_it_is() {
    for text in INNOCENT.lines() {
        assert_eq!(redacted(text), text);
    }
    assert!(INNOCENT.lines().count() >= 60);
}

/// What todos say of passwords, tokens and the commands that take them.
const INNOCENT: &str = "\
add --password flag to cli
rotate token for X
document pass: the parcel flow
add --token option, --api-key stays for now
the --password option must not show up in ps
--password-file instead of --password on the command line
--token-ttl 3600seconds as the default
hash --password sha256 before it is compared
store what --password got as argon2id
use --passphrase-fd 0 with gpg
pass --secret name=value to docker build
rename --secret to --secret-name, keep an alias
--api-key may be read from a file (--api-key @path)
--token <token> in every example
--token $TOKEN in every example
--password=${DB_PASSWORD} in compose.yaml
first pass: collect symbols, second pass: resolve them
tests pass: 120 of 128, 8 fail
second pass: parseHtml5Tags, then inline
all tests pass = ready to merge
pass: 1200ms, fail: 80ms
bypass: admin2admin route
compass: north25degrees
boarding pass: Gate12B
pass=true unless the linter complains
replace sshpass -p by keys
sshpass -p is not safe on shared machines
sshpass -p \"$PASSWORD\" in deploy.sh
curl -u user:password in the docs
curl -u $USER:$TOKEN works, curl -u without it asks
curl -u admin: prompts for the rest
curl --user name:<token> https://host/path
curl -s https://host:8443/path | jq
mysql -p asks for the password
mysql -h db -P 3306 -proot in the old script
mysql -u root -p shop < dump.sql
mysqldump --port=3307 shop
redis-cli -a must not be in the log
redis-cli -h cache -p 6379 ping
redis-cli --askpass instead of -a
machine learning: login form, password strength model
machine x login y password z in .netrc is read
write ~/.netrc with 0600, machine, login and password on one line
SECRET_KEY_BASE must be set in production
SECRET_KEY_BASE=<generate with rails secret>
SECRET_KEY_BASE=${SECRET_KEY_BASE} in the chart
secret key base: where does it come from
Cookie: session handling in Safari
Cookie: SameSite=Lax; Secure; HttpOnly
Set-Cookie: session=; Max-Age=0 on logout
cookie: session=<id> in the fixture
cookie banner: token=design-system-color-primary
client-key-data: and client-certificate-data in kubeconfig
client-key-data: REDACTED
Passwort: mindestens 8 Zeichen
Passwort: vergessen-Seite auf Deutsch
Kennwort: Feld umbenennen
passwort=required im Formular
AKIA and ASIA prefixes in the scanner
%3D and %20 are decoded twice
write a literal \\n, \\t or \\r in task-list output
\\nask-user and \\ntask-runner in the template
disk-usage, risk-register and task-force dashboards
MY_TOKEN and MY_SECRET are unset in CI
token: rotated yearly, password: never
bearer tokens expire after 3600 seconds
authorization: policy-per-route in the gateway
the token bucket allows 100req per second
key-value store with 32 shards
npm_config_cache and npm_lifecycle_event in the script
github_pat_ and ghp_ in the secret scanner
sk_test_ keys only, never sk_live_
";

#[test]
fn what_is_harmless_does_not_hide_what_begins_in_it() {
    let mut dice = Dice::new(7);
    let value = dice.text(ALL, 30) + "7aB";
    for (before, after) in [
        ("SERVICE_CREDENTIAL=\"SECRET_ACCESS_KEY     :     \"", "\""),
        ("token: secret_key_of_the_service=", ""),
        ("password = password: ", " "),
        ("auth-token=the-api-key=", ""),
    ] {
        let text = format!("{before}{value}{after}");
        assert!(!redacted(&text).contains(&value), "{}", redacted(&text));
    }
}

#[test]
fn a_text_of_many_harmless_ones_takes_no_longer() {
    let text = "token=".repeat(5_000);
    assert_eq!(redacted(&text), text);
}
