import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseRclone } from "../../src/settings/parse-rclone.ts";
import { problemsOf } from "../support/config-disk.ts";

test.each([
  ["r2:backups/acme", "r2:", "backups/acme"],
  ["r2:backups/acme//", "r2:", "backups/acme"],
  ["r2:", "r2:", ""],
  ["r2:/", "r2:", "/"],
  ["r2:/srv/cold/", "r2:", "/srv/cold"],
  ["a:b", "a:", "b"],
  [":webdav,url='https://dav.example.org/x':cold", ":webdav,url='https://dav.example.org/x':", "cold"],
  [":s3,provider=AWS,env_auth,region=eu-west-1:b/c", ":s3,provider=AWS,env_auth,region=eu-west-1:", "b/c"],
  [":s3,provider=AWS,access_key_id=AKIA1:b", ":s3,provider=AWS,access_key_id=AKIA1:", "b"],
  ["r2,chunk_size=64M:b:c", "r2,chunk_size=64M:", "b:c"],
  [":sftp,host=h,key_file=/k,known_hosts_file=/h:cold", ":sftp,host=h,key_file=/k,known_hosts_file=/h:", "cold"],
])("%s is the remote %s and the path %j", (text, remote, path) => {
  expect(parseRclone(text)).toEqual({ ok: true, value: { kind: "rclone", text, remote, path } });
});

const secret = "s3cr3tValue42";

test.each([
  [`:s3,provider=AWS,secret_access_key=${secret}:b`, "secret_access_key"],
  [`:sftp,host=h,pass='${secret}':b`, "pass"],
  [`:sftp,host=h,key_pem="-----BEGIN ${secret}":b`, "key_pem"],
  [`r2,client_secret=${secret}:b`, "client_secret"],
  [`:azureblob,sas_url='https://a/b?sig=${secret}':b`, "sas_url"],
  [`:drive,token='{"access_token":"${secret}"}':b`, "token"],
  [`:b2,account=a,key=${secret}:b`, "key"],
  [`:http,headers='Authorization,Bearer ${secret}',url=x:b`, "headers"],
  [`:webdav,url='https://me:${secret}@host/x':b`, "a URL"],
  [`:http,url='https://host/x?sig=${secret}':b`, "a URL"],
  [`:http,url='https://host/x?token=${secret}':b`, "token"],
  [`:crypt,remote=':s3,secret_access_key=${secret}:b',filename_encryption=off:c`, "secret_access_key"],
  [`:alias,remote=':alias,remote='':sftp,pass=${secret}:b'':c':d`, "pass"],
  [`:union,upstreams=':memory: :sftp,pass=${secret}:b':c`, "pass"],
])("a secret in a connection string is refused, and nowhere repeated: %s", async (text, name) => {
  const parsed = parseRclone(text);
  expect(parsed).toMatchObject({ ok: false });
  const problems = await problemsOf({ argv: ["list", "--store", text] });
  expect(problems).toEqual([expect.stringContaining(`with a secret in it (${name})`)]);
  expect(problems[0]).toContain("rclone-config");
  expect(problems[0]).toContain("RCLONE_CONFIG_");
  expect(problems[0]).not.toContain(secret);
});

test("the way out names the variable of the remote at hand", () => {
  expect(parseRclone("r2,secret_access_key=x:b")).toEqual({
    ok: false,
    wrong: expect.stringContaining("the variable RCLONE_CONFIG_R2_SECRET_ACCESS_KEY, and write"),
  });
});

test.each([
  [":s3,global.config=/x:b", "global.config would change how all of rclone works"],
  ["r2,override.no_check_certificate=true:b", "override.no_check_certificate would change how all of rclone works"],
  [":alias,remote='r2,global.dump=headers:b':c", "global.dump would change how all of rclone works"],
  [":sftp,ssh='sh -c evil':b", "ssh would run a program"],
  [":sftp,host=h,ssh:b", "ssh would run a program"],
  [":webdav,url=x,bearer_token_command=evil:b", "bearer_token_command would run a program"],
  [":alias,remote=':sftp,ssh=''sh -c evil'':b':c", "ssh would run a program"],
  [":sftp,host=h,md5sum_command=evil:b", "md5sum_command would run a program"],
  ["r2,no_head:b", "no_head would switch off a check"],
  [":ftp,host=h,no_check_certificate=true:b", "no_check_certificate would change which hosts are trusted"],
  ["r2:a\nb", "no control characters"],
  ["r2:\u0000", "no control characters"],
  ["r2:\ud800", "no control characters"],
  [":x", "a colon ends the name of a remote, as in r2:backups"],
  ["-r2:b", "the name of a remote has letters"],
  ["r2 :b", "the name of a remote has letters"],
  ["a*b:c", "the name of a remote has letters"],
  [":s3,a=b", "a colon ends the options of a remote"],
  [":s3,a='b:c", "the value of a lacks its last '"],
  [":s3,a-b=c:d", "behind a comes =, a comma or a colon"],
  [":s3,,a=b:c", "an option of a remote has a name"],
])("%j is refused: %s", (text, sentence) => {
  expect(parseRclone(text)).toEqual({ ok: false, wrong: expect.stringContaining(sentence) });
});

test("what is taken has no secret in it, however deep in quotes", () => {
  const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);
  const key = fc.constantFrom("pass", "token", "secret_access_key", "key", "sas_url", "password2", "client_secret");
  const quote = fc.constantFrom("'", '"');
  const wrap = (text: string, mark: string) => `:alias,remote=${mark}${text.replaceAll(mark, mark + mark)}${mark}:x`;
  fc.assert(
    fc.property(key, fc.array(quote, { maxLength: 4 }), (key, quotes) => {
      expect(parseRclone(quotes.reduce(wrap, `:b,${key}=x:y`)).ok).toBe(false);
      expect(parseRclone(quotes.reduce(wrap, `:b,description=x:y`)).ok).toBe(true);
    }),
    { seed, numRuns },
  );
});
