# SPDX-License-Identifier: Apache-2.0
# Common parts of the service scripts: sourced, never run.
#
# A service lives in one directory: DIR/pid (server processes, one a line), DIR/env (addresses, shell syntax),
# DIR/log.  Exit status 77 means "cannot run here" with the reason on standard error: Meson counts that as a skip.

set -euo pipefail
umask 077
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/weir-services

die()  { echo "$(basename "$0"): $*" >&2; exit 1; }
skip() { echo "$(basename "$0"): skipped: $*" >&2; exit 77; }
need() { local t; for t in "$@"; do command -v "$t" >/dev/null || skip "$t is not installed"; done; }

# Prints a Java of at least the given major version, or skips.
need_java() {
  local j v
  for j in ${JAVA_HOME:+"$JAVA_HOME/bin/java"} "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    [ -x "$j" ] || continue
    v=$("$j" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    [ "${v:-0}" -ge "$1" ] && { echo "$j"; return; }
  done
  skip "no Java $1 or newer"
}

# jars DIR GROUP:ARTIFACT:VERSION… : copies artifacts and what they need at run time into DIR, once (atomic, so a broken
# download never counts).  An artifact ending in ! comes without its dependencies.
jars() {
  local dir=$1 tmp deps= a g i v x; shift
  [ -d "$dir" ] && return
  need mvn
  tmp=$dir.$$; mkdir -p "$tmp/libs"
  for a in "$@"; do
    x=; [ "${a%!}" = "$a" ] || x='<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>'
    IFS=: read -r g i v <<<"${a%!}"
    deps+="<dependency><groupId>$g</groupId><artifactId>$i</artifactId><version>$v</version>$x</dependency>"
  done
  cat >"$tmp/pom.xml" <<XML
<project><modelVersion>4.0.0</modelVersion><groupId>weir</groupId><artifactId>services</artifactId><version>1</version>
<packaging>pom</packaging><dependencies>$deps</dependencies></project>
XML
  mvn -B -q -Dstyle.color=never -f "$tmp/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
      -DincludeScope=runtime -DoutputDirectory="$tmp/libs" >"$tmp/mvn.log" 2>&1 \
    || { grep -m1 ERROR "$tmp/mvn.log" >&2 || true; rm -rf "$tmp"; skip "Maven Central gave no $*"; }
  mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"       # another run was first: fine
}

# wheel DIR PACKAGE==VERSION : unpacks a package from PyPI, without its dependencies, into DIR, once.
wheel() {
  local dir=$1 tmp=$1.$$
  [ -d "$dir" ] && return
  need python3
  mkdir -p "$tmp"
  python3 -m pip --disable-pip-version-check download -q --no-deps --only-binary=:all: -d "$tmp" "$2" >&2 \
    || { rm -rf "$tmp"; skip "PyPI gave no $2"; }
  python3 -m zipfile -e "$tmp"/*.whl "$tmp" && rm -f "$tmp"/*.whl
  mv -T "$tmp" "$dir" 2>/dev/null || rm -rf "$tmp"
}

listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Prints N different ports nobody listens on, below the range the kernel hands out for port 0.
free_ports() {
  local n=$1 p out=' '
  while [ "$n" -gt 0 ]; do
    p=$((15000 + (RANDOM << 15 | RANDOM) % 17000))
    [[ $out == *" $p "* ]] || listening $p || { out+="$p "; n=$((n - 1)); }
  done
  echo $out
}

# wait_port PORT PID SECONDS: true once PORT answers, false when PID ends or time is over.
wait_port() {
  local end=$((SECONDS + $3))
  while [ $SECONDS -lt $end ]; do
    listening "$1" && return
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

# spawn DIR NAME COMMAND… : starts a server that outlives this script; its pid is in $SPAWNED and DIR/pid.
spawn() {
  local dir=$1 name=$2; shift 2
  setsid "$@" </dev/null >>"$dir/$name.log" 2>&1 &
  SPAWNED=$!
  echo "$SPAWNED $(awk '{print $22}' "/proc/$SPAWNED/stat")" >>"$dir/pid"
}

# A pid counts as ours only while its start time is the recorded one, and not once it was killed and waits for its parent.
ours() { [ -r "/proc/$1/stat" ] && [ "$(awk '$3 != "Z" {print $22}' "/proc/$1/stat" 2>/dev/null)" = "$2" ]; }

running() { # DIR: true when every recorded process lives
  local p s; [ -s "$1/pid" ] || return 1
  while read -r p s; do ours "$p" "$s" || return 1; done <"$1/pid"
}

stop() { # DIR [SIGNAL]: ends the recorded processes, newest first, each within 20 s
  local p s i; [ -f "$1/pid" ] || return 0
  while read -r p s; do
    ours "$p" "$s" || continue
    kill "-${2:-TERM}" "$p" 2>/dev/null || true
    for ((i = 0; i < 200; i++)); do ours "$p" "$s" || break; sleep 0.1; done
    ours "$p" "$s" && kill -9 "$p" 2>/dev/null || true
  done < <(tac "$1/pid")
  rm -f "$1/pid" "$1/env"
}
