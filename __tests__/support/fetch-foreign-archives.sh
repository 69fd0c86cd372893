#!/usr/bin/env bash
# Fetches the archives that libarchive is tested with, uuencoded, from the sources of this Debian or Ubuntu, and copies those of
# Go and Python, where they are installed with them:
#   fetch-foreign-archives.sh FOLDER
# Nothing of the machine's own lists of packages is touched, and no root is needed. For COLDSTORE_FOREIGN_ARCHIVES=FOLDER.
set -euo pipefail
folder="$1"
mkdir -p "$folder"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# shellcheck source=/dev/null
. /etc/os-release
case "$ID" in
  debian) mirror=http://deb.debian.org/debian key=/usr/share/keyrings/debian-archive-keyring.gpg ;;
  ubuntu) mirror=http://archive.ubuntu.com/ubuntu key=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
  *) echo "neither Debian nor Ubuntu: $ID" >&2; exit 1 ;;
esac
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
echo "deb-src [signed-by=$key] $mirror $VERSION_CODENAME main" >"$work/sources.list"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)")
"${apt[@]}" update
(cd "$work" && "${apt[@]}" source --download-only libarchive)
tar -xf "$(find "$work" -name "libarchive_*.orig.tar.?z" -o -name "libarchive_*.orig.tar.bz2")" -C "$folder" --strip-components=3 --wildcards '*/libarchive/test/*.uu'
if command -v go >/dev/null; then
  for format in tar zip; do
    find "$(go env GOROOT)/src/archive/$format/testdata/" -type f -exec cp -- {} "$folder" \;
  done
fi
find "$(python3 -c 'import os; print(os.path.dirname(os.__file__))')/test" -maxdepth 2 \( -name '*.tar' -o -name '*.zip' \) \
  -exec cp -- {} "$folder" \; 2>/dev/null || true
find "$folder" -type f | wc -l
