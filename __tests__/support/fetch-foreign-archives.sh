#!/usr/bin/env bash
# Fetches the archives that libarchive is tested with, uuencoded, from the sources of this Debian or Ubuntu:
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
find "$folder" -name "*.uu" | wc -l
