#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# An ordinary user at a terminal is asked for a password, by polkit's own agent.

# shellcheck source=../nodedev/lib.sh
. "$(dirname "$0")/../nodedev/lib.sh"
# shellcheck source=../nodedev/polkit-lib.sh
. "$(dirname "$0")/../nodedev/polkit-lib.sh"

# pass: the command line of that user, whose folders may not be all readable for him.
pass="$work/virt-ccw pass 1234 --connect $uri"

# The agent as it is, but as a first choice: being a second one needs logind, which is not here.
write_agent() {
  mkdir "$work/bin"
  cat > "$work/bin/pkttyagent" << 'END'
#!/bin/bash
echo "$*" > "${0%/bin/*}/agent/arguments"
exec /usr/bin/pkttyagent "${@:1:$#-1}"
END
  chmod 755 "$work/bin" "$work/bin/pkttyagent"
  mkdir -m 777 "$work/agent"
}

use_polkit
write_agent
cp "$VIRT_CCW" "$work/virt-ccw"
start_daemon
before=$(host_state)

env -u LD_PRELOAD -u UMOCKDEV_DIR PATH="$work/bin:$PATH" setsid \
  setpriv --reuid nobody --clear-groups $pass < /dev/null > "$work/out" 2>&1
is "$?" 1 "without a terminal an ordinary user is refused"
like "$(cat "$work/out")" "*no polkit agent available*" "which says why"
not_ok "and no agent is started" test -e "$work/agent/arguments"

mkfifo "$work/keys"
exec 4<> "$work/keys"
env -u LD_PRELOAD -u UMOCKDEV_DIR PATH="$work/bin:$PATH" script -qefc \
  "exec setpriv --reuid nobody --clear-groups $pass" /dev/null \
  < "$work/keys" > "$work/terminal" 2>&1 &
terminal=$!
wait_for "a password is asked for" grep -q "AUTHENTICATING FOR $manage" "$work/terminal" &&
  report 0 "at a terminal a password is asked for"
like "$(cat "$work/agent/arguments")" "--process * --notify-fd * --fallback" \
  "by the agent, unless there is a better one"
wait_for "it can be typed" grep -q "Password:" "$work/terminal"
printf 'wrong\n' >&4
wait_for "it ends" grep -q "could not connect to libvirt" "$work/terminal" &&
  report 0 "who does not know it is refused"
wait "$terminal"
exec 4>&-
is "$(host_state)" "$before" "and nothing has changed"
done_testing
