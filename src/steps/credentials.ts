import type { BytePath } from "../ports/folder.ts";

const names: ReadonlySet<string> = new Set([
  ".envrc",
  ".npmrc",
  ".yarnrc",
  ".netrc",
  "_netrc",
  ".pypirc",
  ".pgpass",
  "pgpass.conf",
  ".my.cnf",
  ".mylogin.cnf",
  ".git-credentials",
  ".htpasswd",
  ".dockercfg",
  ".dockerconfigjson",
  ".boto",
  ".s3cfg",
  ".passwd-s3fs",
  ".vault-token",
  ".vault_pass",
  ".vault_pass.txt",
  ".terraformrc",
  "terraform.rc",
  "terraform.tfstate",
  "terraform.tfstate.backup",
  ".rclone.conf",
  "rclone.conf",
  "kubeconfig",
  ".kubeconfig",
  "application_default_credentials.json",
  "credentials.json",
  "client_secret.json",
  "service-account.json",
  "service_account.json",
  "serviceaccount.json",
  "service-account-key.json",
  "secrets.json",
  "secrets.yml",
  "secrets.yaml",
  "secrets.toml",
  "master.key",
  "local.settings.json",
  ".credentials",
  "auth.json",
  ".smbcredentials",
  ".ftpconfig",
]);

const patterns: readonly RegExp[] = [
  /^\.env\.(?!(?:example|sample|template|dist|defaults?|schema|tpl)$)/,
  /^\.env$/,
  /\.env$/,
  /\.(?:pem|key|p12|pfx|p8|pkcs12|jks|keystore|bks|kdbx?|ppk|ovpn|agekey|mobileprovision|kubeconfig|tfstate)$/,
  /\.tfstate\.backup$/,
  /\.tfvars(?:\.json)?$/,
  /^id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:[-_][^.]*)?(?:\.(?:old|bak|backup|orig|\d+))?$/,
  /^ssh_host_\w+_key$/,
  /^gha-creds-.*\.json$/,
  /^client_secret.*\.json$/,
  /^(?:.*[-_.])?service[-_]?account(?:[-_.].*)?\.json$/,
  /^(?:.*[-_.])?firebase-adminsdk[-_.].*\.json$/,
  /^kubeconfig[-_.]/,
];

const places =
  /(?:^|\/)(?:\.kube\/config|\.docker\/config\.json|\.aws\/credentials|\.azure\/(?:accesstokens|msal_token_cache)\.json|\.config\/gh\/hosts\.yml|\.config\/gcloud\/(?:credentials|access_tokens)\.db|\.config\/rclone\/rclone\.conf|\.cargo\/credentials(?:\.toml)?|\.gem\/credentials|\.m2\/settings\.xml|\.m2\/settings-security\.xml|\.ssh\/(?:[^/]+\/)*(?!known_hosts|config$|authorized_keys|.*\.pub$)[^/]+|\.gnupg\/.*|\.password-store\/.*|\.streamlit\/secrets\.toml)$/;

/** Whether a file's name or place is one in which programs keep passwords, tokens or private keys. */
export function looksLikeCredentials(path: BytePath): boolean {
  const lower = path.toLowerCase();
  const name = lower.slice(lower.lastIndexOf("/") + 1);
  return names.has(name) || patterns.some((pattern) => pattern.test(name)) || places.test(lower);
}

/** Whether a file lies in a folder that a person has for keys and passwords, whatever the file is. */
export function liesAmongCredentials(path: BytePath): boolean {
  return /(?:^|\/)\.(?:ssh|gnupg|aws|azure|kube|docker|password-store)\//.test(path.toLowerCase());
}
