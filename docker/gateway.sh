#!/bin/sh
# A home gateway: translates addresses between LAN and everything else, until it is told to stop.
#   LAN  subnet of the home, e.g. 10.77.1.0/24
#   NAT  port-restricted: one outside port for all destinations, kept where possible (RFC 4787: endpoint-independent mapping)
#        symmetric: another random outside port for each destination
set -eu
case "${NAT:=port-restricted}" in
  port-restricted) how=masquerade ;;
  symmetric) how="masquerade random,fully-random" ;;
  *) echo "NAT is port-restricted or symmetric, not $NAT" >&2; exit 2 ;;
esac
# By address and not by interface: their order changes when a network is left and joined again.
# Only answers come in. A packet from outside that is let through first would take the port of the flow it belongs to, and
# no hole would be punched.
nft -f - <<RULES
table ip skein
delete table ip skein
table ip skein {
  chain out { type nat hook postrouting priority 100; ip saddr $LAN ip daddr != $LAN $how; }
  chain through { type filter hook forward priority 0; policy drop; ip saddr $LAN accept; ct state established,related accept; }
  chain in { type filter hook input priority 0; ct state established,related accept; iifname lo accept; ip saddr $LAN accept; drop; }
}
RULES
# What came before the rules is known as untranslated, and would stay so for as long as somebody keeps sending.
conntrack -F 2>/dev/null
echo "gateway of $LAN: $NAT"
trap 'exit 0' TERM INT
sleep infinity &
wait $!
