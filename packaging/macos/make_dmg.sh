#!/bin/sh
# Makes a disk image to drag the program from: make_dmg.sh photo-clip.app photo-clip.dmg
#
# With MACOS_SIGNING_IDENTITY ("Developer ID Application: NAME (TEAM)"; PyInstaller has signed the program with it) the
# image is signed too. With MACOS_NOTARY_PROFILE it is sent to Apple to be notarised, and Apple's ticket stapled to it.
# The profile is made once: xcrun notarytool store-credentials PROFILE --apple-id ID --team-id TEAM --password APP-PASSWORD
set -eu
app=$1 image=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "${MACOS_SIGNING_IDENTITY:-}" ]; then
    codesign --verify --deep --strict "$app"
fi
ditto "$app" "$folder/$(basename "$app")"
ln -s /Applications "$folder/Applications"
hdiutil create -quiet -volname photo-clip -srcfolder "$folder" -fs HFS+ -format ULFO -ov "$image"
if [ -n "${MACOS_SIGNING_IDENTITY:-}" ]; then
    codesign --sign "$MACOS_SIGNING_IDENTITY" --timestamp "$image"
fi
if [ -n "${MACOS_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$MACOS_NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature --verbose "$image"
fi
