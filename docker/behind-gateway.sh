#!/bin/sh
# Runs Node behind a gateway: sends everything by way of GATEWAY, then gives up all rights and becomes the image's user.
set -eu
ip route replace default via "$GATEWAY"
exec setpriv --reuid 10001 --regid 10001 --clear-groups --inh-caps -all --bounding-set -all --no-new-privs node "$@"
