#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# kernels: trixie sid
# Who watches the driver sees each step, counts that add up, and why a program
# was refused.
# shellcheck source=lib.sh
. /lab/guest/lib.sh

terminal=7e270a25-e163-4922-af60-757fc8ed48c6
random=8f381b36-f274-4a33-b071-868fd9fe59d7
on_terminal=$(subchannel_of 0.0.000a)
on_random=$(subchannel_of 0.0.0300)
files=/sys/kernel/debug/vfio_ccw
tracing=/sys/kernel/tracing
dbf=/sys/kernel/debug/s390dbf/vfio_ccw/sprintf

# counter NAME [UUID]: its value.
counter() {
  awk -v name="$1" '$1 == name { print $2 }' "$files/${2:-$random}/counters"
}

# samples INTERVAL: how many times it was measured.
samples() {
  awk -v name="$1" '$1 == name { sum += $3 } END { print sum + 0 }' "$files/$random/latency"
}

state() {
  awk -v name="$1" '$1 == name { print $2 }' "$files/$random/state"
}

# trace COMMAND...: runs it and leaves what was traced of it in /tmp/trace, a line
# an event that begins with the event's name without vfio_ccw_.
trace() {
  : > "$tracing/trace"
  echo 1 > "$tracing/events/vfio_ccw/enable"
  "$@" > /tmp/out 2>&1
  traced=$?
  echo 0 > "$tracing/events/vfio_ccw/enable"
  sed -n 's/.*: vfio_ccw_\([a-z_]*: .*\)/\1/p' "$tracing/trace" > /tmp/trace
  return "$traced"
}

# steps: the names of traced events but for changes of state, in one line.
steps() {
  sed 's/:.*//' /tmp/trace | grep -v '^state$' | tr '\n' ' '
}

# states: what the traced program's state became.
states() {
  sed -n 's/^state: .* -> \([a-z]*\) by.*/\1/p' /tmp/trace | tr '\n' ' '
}

# event NAME: the first traced one, without the subchannel.
event() {
  sed -n "s/^$1: [^ ]* //p" /tmp/trace | head -n 1
}

# logged PATTERN: how many lines of the kernel's log match, since this test began.
logged() {
  dmesg | sed '1,/lab: kmod-observe begins/d' | grep -c -- "$1"
}

# use UUID CASE...: the client's cases with these names.
use() {
  vfio-client check "$@" > /dev/null
}

# repeated N WORD: the word so many times.
repeated() {
  yes "$2" | head -n "$1" | tr '\n' ' '
}

modprobe vfio_ccw
at_end "give_back $on_terminal > /dev/null 2>&1"
at_end "give_back $on_random > /dev/null 2>&1"
mountpoint -q "$tracing" || mount -t tracefs tracefs "$tracing"
at_end "echo 0 > $tracing/events/vfio_ccw/enable"

bind_vfio "$on_random" && create_mdev "$on_random" "$random"
report $? "an mdev for a virtio device"
bind_vfio "$on_terminal" && create_mdev "$on_terminal" "$terminal"
report $? "and one for the 3270"

# --- one program --------------------------------------------------------------

is "$(awk '$2 != 0' "$files/$random/counters")" "" "the counters begin with zero"
is "$(cat "$files/$random/latency")" "" "no time is measured yet"
is "$(state subchannel)" "$on_random" "whose subchannel it is"
is "$(state state)" closed "it is closed"

ok "Sense ID, traced" trace vfio-client sense-id "$random"
is "$(steps)" \
  "open request fetched pinned translated ssch interrupt signal result status_read unpinned close " \
  "the steps of a program are traced in their order"
is "$(states)" "idle building active done idle idle closed " "and so are its states"
like "$(event request)" "request=1 start cpa=0x??0000 orb=0x00c2ff00" "what the guest has asked for"
like "$(event translated)" "request=1 result=0 reason=none ccw=0x0 ccws=1 pages=1 bytes=7" \
  "what it was translated to"
like "$(event pinned)" "request=1 guest=0x??1000 pages=1 result=0" "what was pinned"
is "$(event unpinned)" "$(event pinned)" "and unpinned again"
is "$(event ssch)" "request=1 cc=0 orb=0x00c28000" "how it was started"
status="request=1 cc=0 fctl=(start) actl=() stctl=(primary|secondary|pending)"
like "$(event interrupt)" \
  "$status dstat=(channel-end|device-end) cstat=() count=0 cpa=0x??0008" "how it has ended"
is "$(event status_read)" "$(event interrupt)" "and that is what user space reads"
is "$(event signal)" "io heard=1" "when it is told so"
like "$(grep '^interrupt' /tmp/trace)" "interrupt: $on_random *" "each event names the subchannel"

for value in request.start=1 ssch.cc0=1 ccws=1 pages=1 bytes=7 interrupt.final=1 read.final=1 \
  opened=1; do
  is "$(counter "${value%=*}")" "${value#*=}" "counted: $value"
done
is "$(awk '$2 != 0 { n++ } END { print n }' "$files/$random/counters")" 8 "and nothing else"
is "$(counter request.start "$terminal")" 0 "nor with another device"

# --- many programs ------------------------------------------------------------

vfio-client loop "$random" 100 > /dev/null
report $? "a hundred more"
is "$(counter request.start)" 101 "they are counted"
ok "with their bytes" test "$(counter bytes)" -ge 707
is "$(samples start_to_interrupt)" 101 "the time to the interrupt was measured each time"
is "$(samples interrupt_to_signal)" 101 "and to the signal"
is "$(samples signal_to_read)" 101 "and until it was read"
is "$(awk '$2 % 125' "$files/$random/latency")" "" "bounds are multiples of 125 ns"
is "$(sort -s -k1,1 -k2,2n "$files/$random/latency" | awk '{ print $1 }' | uniq | wc -l)" 3 \
  "for three intervals"

# --- refusals -----------------------------------------------------------------

cat > /tmp/invalid-command << 'PROGRAM'
ccw 03 60 1 0
ccw 03 60 1 0
ccw 10 20 1 0
refused 22
PROGRAM
reason="channel program refused: invalid command code (CCW 2, guest address 0x100010)"

ok "a program is refused" trace vfio-client run-program "$random" /tmp/invalid-command
is "$(steps)" "open request fetched translated result close " "it does not come far"
like "$(event translated)" "request=102 result=-22 reason=command ccw=0x100010 *" "and why"
is "$(event result)" "request=102 result=-22" "and what user space is told"
is "$(counter refused.command)" 1 "the refusal is counted by its reason"
is "$(counter error.EINVAL)" 1 "and by its error"
is "$(counter ssch.cc0)" 101 "nothing was started"
is "$(logged "vfio_ccw_mdev $random: subchannel $on_random: $reason")" 1 "the log says why, once"
like "$(cat "$dbf")" "*$on_random $reason*" "and so does the debug feature"

before=$(logged "$random: .* refused")
# shellcheck disable=SC2046 # words
use "$random" $(repeated 60 refuse-tic-first)
report $? "sixty more refusals"
is "$(counter refused.first-tic)" 60 "are counted"
said=$(($(logged "$random: .* refused") - before))
ok "some of them are in the log" test "$said" -ge 1
ok "but not all: $said" test "$said" -lt 60
is "$(logged "$terminal: .* refused")" 0 "another device has had none"
use "$terminal" refuse-tic-first
is "$(logged "$terminal: .* refused: program begins with a TIC (CCW 0,")" 1 \
  "and is not kept from saying so"

# --- the rare -----------------------------------------------------------------

ok "a program is resumed" trace vfio-client check "$random" resume-program
like "$(steps)" "*ssch result request interrupt signal result*" "as the trace shows"
is "$(counter request.resume)" 1 "resume is counted"

ok "a program is halted" trace vfio-client check "$random" halt-program
like "$(grep -h '^interrupt' /tmp/trace | head -n 1)" "* fctl=(halt) *" "as the trace shows"
is "$(counter request.halt)" 1 "halt is counted"

ok "a program is cleared" use "$random" clear-program
is "$(counter request.clear)" 1 "clear is counted"

ok "a device is reset" trace vfio-client check "$random" reset-program
like "$(event reset)" "request=* state=idle result=0" "as the trace shows"
is "$(counter resets)" 1 "reset is counted"
like "$(cat "$dbf")" "*$on_random reset: 0*" "and in the debug feature"

ok "memory is taken away from a program" trace vfio-client check "$random" unmap-program
like "$(grep -h '^dma_unmap' /tmp/trace | grep -v request=0 | head -n 1)" \
  "dma_unmap: $on_random request=* iova=0x100000 length=0x400000" "as the trace shows"
is "$(counter revoked)" 1 "that is counted"
like "$(cat "$dbf")" "*$on_random request *: memory in use is taken back*" \
  "and in the debug feature"

ok "a second program is refused while one runs" use "$random" start-busy
is "$(counter error.EBUSY)" 1 "that is counted"

vary() {
  echo "$1" > "/sys/devices/css0/chp0.$(cut -d' ' -f1 "/sys/bus/css/devices/$on_terminal/chpids")/status"
}
at_end "vary on"
ok "a path is varied off" trace vary off
like "$(event path)" "chpid=01 mask=0x80 vary-off" "as the trace shows"
vary on
is "$(counter paths "$terminal")" 2 "that it went and came back is counted"

# --- programs in progress -----------------------------------------------------

# Suspended before its Sense ID, without an interrupt that says so.
cat > /tmp/suspended << 'PROGRAM'
orb 08caff00
ccw 03 60 1 0
ccw e4 22 7 200000
PROGRAM
vfio-client run-program "$random" /tmp/suspended > /tmp/out 2>&1 &
suspended=$!
wait_for 10 grep -q "state active" "$files/$random/state"
report $? "a program runs"
is "$(state pages_pinned)" 1 "with its page pinned"
kill -KILL "$suspended"
wait "$suspended" 2> /dev/null
wait_for 10 grep -q "state closed" "$files/$random/state"
report $? "it ends with its user"
is "$(state pages_pinned)" 0 "and the page is given back"

ended=$(counter interrupt.final "$terminal")
vfio-client hold "$terminal" 60 > /tmp/held &
holder=$!
wait_for 10 grep -q holding /tmp/held && open_screen 30
report $? "somebody sits down at a terminal in use"
wait_for 10 grep -q '^interrupt.unsolicited [1-9]' "$files/$terminal/counters"
report $? "its attention interrupt is counted as unsolicited"
is "$(counter interrupt.final "$terminal")" "$ended" "and as nothing else"
kill -KILL "$holder"
wait "$holder" 2> /dev/null

# --- the module's end ---------------------------------------------------------

remove_mdev "$random"
remove_mdev "$terminal"
give_back "$on_terminal"
echo 1 > "$tracing/events/vfio_ccw/enable"
create_mdev "$on_random" "$random" && vfio-client sense-id "$random" > /dev/null
remove_mdev "$random"
give_back "$on_random"
ok "the module can go while it is traced" rmmod vfio_ccw
not_ok "and takes its events with it" test -e "$tracing/events/vfio_ccw"
not_ok "its files" test -e "$files"
not_ok "and its debug feature" test -e "$dbf"
ok "what was traced can still be read" cat "$tracing/trace"
ok "it can be loaded again" modprobe vfio_ccw
bind_vfio "$on_random" && create_mdev "$on_random" "$random"
ok "and traced again" trace vfio-client sense-id "$random"
like "$(steps)" "*ssch interrupt signal result*" "as before"
done_testing
