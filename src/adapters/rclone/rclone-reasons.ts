import type { Failure } from "../../model/errors.ts";

/** What a text in an error of rclone's means. */
export interface RcloneReason {
  readonly text: RegExp;
  readonly failure: Failure;
  /** The same call may well succeed a little later. */
  readonly transient?: true;
  /** What it means and what to do, behind the remote's name and a colon; `$1` is the text's first group. */
  readonly says: string;
}

/** The reason that a text gives, the most telling first; undefined for one that isn't known. */
export function reasonFor(message: string): RcloneReason | undefined {
  // Addresses and paths in quotes may look like a code: /v1/401/x.
  const unquoted = message.replaceAll(/"(?:[^"\\]|\\.)*"|\bhttps?:\/\/\S+/g, '""');
  return configured.find(({ text }) => text.test(message)) ?? others.find(({ text }) => text.test(unquoted));
}

/** A reason's words, with what the text itself names. */
export function wordsOf({ text, says }: RcloneReason, message: string): string {
  const named = text.exec(message)?.[1];
  return says.replaceAll("$1", () => named ?? "it");
}

const configured: readonly RcloneReason[] = [
  {
    // A remote's name may have an @ in it, so that this shows here alone.
    text: /didn't find section in config file \("([^"@]+@[^"@]+)"\)/i,
    failure: "settings",
    says: "rclone's configuration has no remote called $1; a folder of an SSH host is written ssh://$1/srv/cold, or ssh://$1/~/cold from the user's home",
  },
  {
    text: /didn't find section in config file(?: \("([^"]*)"\))?/i,
    failure: "settings",
    says: "rclone's configuration has no remote called $1; add a section [$1] with a type to rclone-config (or to rclone's own configuration), or correct the name",
  },
  {
    text: /didn't find backend called "([^"]*)"/i,
    failure: "settings",
    says: "rclone knows no kind of storage called $1; correct the remote's type, or set rclone-version to a newer one",
  },
  {
    text: /unable to decrypt configuration and not allowed to ask/i,
    failure: "settings",
    says: "rclone's configuration is encrypted; give its password in the variable RCLONE_CONFIG_PASS",
  },
  {
    text: /(?:couldn't|unable to) decrypt configuration/i,
    failure: "settings",
    says: "RCLONE_CONFIG_PASS isn't the password of rclone's configuration; correct it",
  },
  {
    text: /Failed to load config file|could not parse line/i,
    failure: "settings",
    says: "rclone can't read its configuration; it has to be the text of an rclone.conf, with [sections] and lines of name = value",
  },
  {
    text: /is it obscured\?/i,
    failure: "settings",
    says: "a password in the remote's configuration isn't as rclone wants it; put what `rclone obscure` makes of the password there, not the password itself",
  },
  {
    text: /config parameter must end|invalid characters in (?:remote|config) name|bad remote name|failed to parse (?:remote|connection)/i,
    failure: "settings",
    says: "that isn't a remote that rclone understands; write it as name:path, or as :type,option=value:path",
  },
  {
    text: /unknown flag: (\S+)|unknown command|unknown shorthand flag|invalid argument "[^"]*" for/i,
    failure: "settings",
    says: "rclone doesn't know an argument ($1); correct rclone-args, or use a newer rclone",
  },
  {
    text: /couldn't parse known_hosts_file|failed to open known_hosts_file/i,
    failure: "settings",
    says: "the file of known hosts can't be read; correct known_hosts_file in the remote's configuration",
  },
  {
    text: /oauth client: (?:unexpected end of JSON input|invalid character)/i,
    failure: "settings",
    says: "the token in the remote's configuration isn't whole; copy the section from rclone.conf again, each option on one line",
  },
  {
    text: /server gave HTTP response to HTTPS client|unsupported protocol scheme|first path segment in URL|error parsing ".*" as URL|invalid port/i,
    failure: "settings",
    says: "the remote's URL isn't right; look whether it begins with http:// or https:// as the server speaks",
  },
];

const trusted: readonly RcloneReason[] = [
  {
    text: /knownhosts: key mismatch|host key mismatch|remote host identification has changed/i,
    failure: "store",
    says: "the host shows another key than the known one, so nothing was sent: somebody may be in between, or the host got a new key; ask whoever runs it, and only then put the new key into the known hosts",
  },
  {
    text: /knownhosts: key is unknown|no such host key|host key (?:is )?unknown/i,
    failure: "store",
    says: "the host's key isn't among the known ones, so nothing was sent; add its line (of `ssh-keyscan host`, compared with what its owner says) to the known hosts",
  },
  {
    text: /x509:|certificate (?:signed by unknown|is not trusted|verify failed|has expired)|tls: failed to verify/i,
    failure: "store",
    says: "the server's certificate isn't trusted; if it's your own authority's, name its file with --ca-cert in rclone-args",
  },
  {
    text: /invalid_grant|token (?:has )?expired|empty token found|couldn't fetch token|InvalidAuthenticationToken|ExpiredToken|refresh token/i,
    failure: "store",
    says: "the remote's token has expired or was revoked; renew it with `rclone config reconnect name:` where there is a browser, and put the new configuration where the old one was",
  },
  {
    text: /RequestTimeTooSkewed|clock skew|time difference between/i,
    failure: "store",
    says: "the clock of this machine is wrong, and the server refuses what is signed with it; set the clock",
  },
  {
    text: /InvalidAccessKeyId|SignatureDoesNotMatch|AuthorizationHeaderMalformed|InvalidClientTokenId|unable to authenticate|no supported methods remain|\b401\b|Unauthorized|\b530\b|(?:incorrect|invalid|wrong) (?:password|credentials|login|username)|failed to authorize account: [^:]*\bbad_auth_token|logon failure|AuthenticationFailed|(?:get credentials|credentials? (?:are|is) (?:missing|empty))|failed to refresh cached credentials/i,
    failure: "store",
    says: "the credentials were refused; correct them in rclone's configuration or in the variables that it takes them from",
  },
];

const stored: readonly RcloneReason[] = [
  {
    text: /Object in GLACIER|InvalidObjectState|blob in archive tier|BlobArchived|(?:restore|thaw) (?:it )?first/i,
    failure: "store",
    says: "what is asked for lies in cold storage (GLACIER, archive tier) and can't be read before it's restored there, which takes hours; ask for it with `rclone backend restore`, or by the provider's console, and try again then",
  },
  {
    text: /WORM|object (?:is )?(?:under|protected by|locked|lock)|(?:legal|retention) hold|retention (?:period|polic)|BlobImmutableDueToPolicy|is immutable\b|ObjectLocked/i,
    failure: "immutable",
    says: "the object is locked against changes (object lock or a retention policy), and it stays as it is until that ends",
  },
  {
    text: /NoSuchBucket|InvalidBucketName|ContainerNotFound|bucket (?:.* )?(?:not found|does not exist|doesn't exist)|bucket or container name is needed/i,
    failure: "store",
    says: "there is no such bucket, or the remote's path doesn't begin with one; make it, or correct the name",
  },
  {
    text: /QuotaExceeded|quotaLimitReached|storageQuota|insufficient[_ ]?(?:space|storage)|\b507\b|no space left|disk quota exceeded|too big for remaining disk space|over ?quota|storage limit|\b552\b|not enough (?:space|quota)/i,
    failure: "store",
    says: "there is no room left on the remote (its disk or quota is full); free some or get more, then run it again: what is stored already is kept",
  },
  {
    text: /immutable file modified/i,
    failure: "conflict",
    says: "there is already another file of that name with other bytes, and it was left as it is",
  },
  {
    text: /corrupted on transfer|failed to authenticate decrypted|hash(?:es)? differ|sizes differ|BadDigest|XAmzContentSHA256Mismatch|source ended early/i,
    failure: "integrity",
    transient: true,
    says: "what arrived isn't what was sent, and it doesn't count as stored or read",
  },
  {
    text: /AccessDenied|\b403\b|Forbidden|permission[ _]?denied|insufficient(?: \w+)? (?:permission|scope)|AuthorizationPermissionMismatch|unauthorized_client|not authorized|\b550\b.*(?:denied|permission)|object lock|read.?only file system/i,
    failure: "store",
    says: "the credentials may not do that; they need to list and read below that folder, in a store to write as well, and to delete only for replacing or cleaning up (an object lock is told as this, too)",
  },
];

const network: readonly RcloneReason[] = [
  {
    text: /SlowDown|TooManyRequests|Too Many Requests|\b429\b|rate ?limit|userRateLimit|RequestLimitExceeded|too_many_requests/i,
    failure: "store",
    transient: true,
    says: "the remote asks to slow down; set fewer transfers (--transfers, --tpslimit in rclone-args) if that lasts",
  },
  {
    text: /lookup .*: no such host|no such host\b/i,
    failure: "store",
    says: "there is no host of that name; correct the address in the remote's configuration, or look at this machine's network",
  },
  {
    text: /connection refused/i,
    failure: "store",
    transient: true,
    says: "nobody answers at the remote's address and port; look whether the server runs, and whether the address is right",
  },
  {
    text: /timed? ?out|timeout|deadline exceeded|connection reset|broken pipe|unexpected EOF|\bEOF\b|no route to host|network is (?:unreachable|down)|host is down|use of closed network|connection (?:lost|closed|aborted)|GOAWAY|TLS handshake|server misbehaving|temporary failure|temporarily/i,
    failure: "store",
    transient: true,
    says: "the connection to the remote failed",
  },
  {
    text: /StatusCode: 5\d\d|\b50[0234] |\b50[0234]$|InternalError|ServiceUnavailable|Service Unavailable|Bad Gateway|Internal Server Error|backendError|needs retry|too many retries/i,
    failure: "store",
    transient: true,
    says: "the remote has a fault of its own at the moment",
  },
];

const last: readonly RcloneReason[] = [
  {
    text: /directory not found|object not found|file not found|\b404\b|NoSuchKey/i,
    failure: "not-found",
    says: "there is no such file or folder",
  },
  {
    text: /is a file not a directory/i,
    failure: "store",
    says: "a file is where a folder should be, or the credentials may not look there; correct the name or the permissions",
  },
  {
    text: /hash(?:es)? (?:unsupported|could not be checked)|hash type not supported|no common hash found/i,
    failure: "store",
    says: "the remote has no digests of that kind",
  },
  {
    text: /^(?:panic: |fatal error: [a-z]|runtime error|goroutine \d+)/,
    failure: "store",
    says: "rclone itself crashed; try another rclone-version",
  },
];

const others: readonly RcloneReason[] = [...trusted, ...stored, ...network, ...last];
