/** The file that a uuencoded text holds, and what it is called (POSIX uuencode, the older of its two codes). */
export function uudecode(text: string): { readonly name: string; readonly bytes: Buffer } {
  const lines = text.split(/\r?\n/);
  const begin = lines.findIndex((line) => /^begin [0-7]{3,4} /.test(line));
  const end = lines.indexOf("end", begin);
  if (begin === -1 || end === -1) throw new Error("no uuencoded file");
  const name = (lines[begin] ?? "").replace(/^begin [0-7]+ /, "");
  return { name, bytes: Buffer.concat(lines.slice(begin + 1, end).map(decodeLine)) };
}

function decodeLine(line: string): Buffer {
  const six = (at: number): number => (line.charCodeAt(at) - 0x20) & 0x3f;
  const bytes: number[] = [];
  for (let at = 1; at < line.length; at += 4) {
    const [a, b, c, d] = [six(at), six(at + 1) || 0, six(at + 2) || 0, six(at + 3) || 0];
    bytes.push(((a << 2) | (b >> 4)) & 0xff, ((b << 4) | (c >> 2)) & 0xff, ((c << 6) | d) & 0xff);
  }
  return Buffer.from(bytes.slice(0, line === "" ? 0 : six(0)));
}
