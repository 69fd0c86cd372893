import { ColdstoreError } from "../../model/errors.ts";

/**
 * What a text of rclone's about a connection to an `ssh://` store means, as a sentence that says what to do; undefined for any other
 * text, and for other stores, which have these settings in rclone's configuration.
 */
export function sshFailure(name: string, said: string): ColdstoreError | undefined {
  if (!name.startsWith("ssh://")) return undefined;
  const found = failures.find(({ text }) => text.test(said));
  return (
    found &&
    new ColdstoreError("store", `${name}: ${found.means}.`, { cause: said, transient: found.transient ?? false })
  );
}

interface SshFailure {
  readonly text: RegExp;
  readonly means: string;
  readonly transient?: true;
}

const askOwner =
  "ask who runs the host which key it has now (`ssh-keygen -lf` of its /etc/ssh/ssh_host_*.pub), and only then change ssh-known-hosts or your known_hosts";

// Texts of golang.org/x/crypto/ssh with its knownhosts, and of rclone's sftp backend.
const failures: readonly SshFailure[] = [
  {
    text: /knownhosts: key mismatch|knownhosts: key is unknown/,
    means: `the host shows another key than the one that it's known by: either it was set up anew, or another machine stands in between and must not get anything, so nothing was sent; ${askOwner}`,
  },
  {
    text: /knownhosts: key is revoked/,
    means: `the host shows a key that your known_hosts says was revoked: nothing was sent; ${askOwner}`,
  },
  {
    text: /no common algorithm for host key/,
    means: `the host has no key of the kind that it's known by: either its keys were changed, or another machine answers in its place, so nothing was sent; ${askOwner}`,
  },
  {
    text: /ssh: handshake failed: ssh: (?:cert|certicate|no authorities|invalid certificate)|ssh: (?:no authorities for hostname|principal)/,
    means: `the host's certificate isn't one that the known authority gave for it, so nothing was sent; ${askOwner}`,
  },
  {
    text: /no common algorithm for/,
    means:
      "the host's SSH server is too old or set up too narrowly: it has no way to encrypt that is still thought safe; have it updated",
  },
  {
    text: /unable to authenticate|Too many authentication failures/,
    means:
      "the host doesn't let this user log in with this key; see that the user's name is right and that the public half of ssh-key (or of an agent's key, an early one of few) stands in its ~/.ssh/authorized_keys there",
  },
  {
    text: /couldn't connect to ssh-agent|couldn't read ssh agent signers/,
    means: "the SSH agent doesn't answer; start it anew (`ssh-add -l` asks it), or set ssh-key",
  },
  {
    text: /failed to (?:parse|read) private key file/,
    means: 'rclone can\'t read ssh-key; make another key with `ssh-keygen -t ed25519 -N ""`',
  },
  {
    text: /subsystem request failed/,
    means:
      "the host lets one log in but not transfer files; switch SFTP on there, in OpenSSH with `Subsystem sftp internal-sftp` in sshd_config",
  },
  {
    text: /couldn't connect SSH: .*no such host/,
    means: "there is no host of that name; see how it's written",
  },
  {
    text: /couldn't connect SSH: .*connection refused/,
    means: "nothing answers at that port; see that the port is right and that the host's SSH server runs",
    transient: true,
  },
  {
    text: /couldn't connect SSH: .*(?:i\/o timeout|server misbehaving|no route to host|network is unreachable|host is down)/,
    means: "the host can't be reached; see whether it runs, and whether a firewall lets this machine in",
    transient: true,
  },
  {
    text: /couldn't (?:connect SSH|initialise SFTP): /,
    means: "the connection broke before it was made; try again, and see the SSH server's log if that goes on",
    transient: true,
  },
];
