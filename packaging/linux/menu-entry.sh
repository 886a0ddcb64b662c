#!/bin/sh
# Puts photo-clip into the menu of this user's desktop, and its commands on the path: ./menu-entry.sh
# Takes both away again: ./menu-entry.sh --remove        (photos, tags and the library stay)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
id=io.github.photo_clip.PhotoClip
entry=$share/applications/$id.desktop
if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$bin/photo-clip" "$bin/photo-clip-window"
    find "$share/icons/hicolor" -name "$id.*" -delete 2>/dev/null || true
else
    mkdir -p "$share/applications" "$share/icons" "$bin"
    cp -r "$here/share/icons/hicolor" "$share/icons/"
    sed -e "s|^Exec=photo-clip-window|Exec=\"$here/photo-clip-window\"|" -e '/^TryExec=/d' \
        "$here/share/applications/$id.desktop" > "$entry"
    ln -sf "$here/photo-clip" "$bin/photo-clip"
    ln -sf "$here/photo-clip-window" "$bin/photo-clip-window"
fi
command -v update-desktop-database >/dev/null && update-desktop-database -q "$share/applications" || true
