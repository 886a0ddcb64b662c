; Inno Setup 6: installs photo-clip for one user, without asking for an administrator.
; build.py calls it and hands over AppName, AppId, Version, Built (PyInstaller's folder) and Icons.

#ifndef Version
  #error Call this by packaging/build.py, which knows the version.
#endif
#define Window AppName + "-window.exe"

[Setup]
AppId={#AppId}
AppName={#AppName}
AppVersion={#Version}
AppPublisher=The {#AppName} developers
AppPublisherURL=https://github.com/photo-clip/photo-clip
VersionInfoVersion={#Version}
DefaultDirName={autopf}\{#AppName}
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
SetupIconFile={#Icons}\photo-clip.ico
UninstallDisplayIcon={app}\{#Window}
ChangesAssociations=yes
ChangesEnvironment=yes
CloseApplications=yes

[Tasks]
Name: desktop; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: openwith; Description: "Offer photo-clip under “Open with” for photos and folders"
Name: path; Description: "Let the command photo-clip be found in terminals"; Flags: unchecked

[InstallDelete]
; What a former version brought, and this one does not.
Type: filesandordirs; Name: "{app}\program"

[Files]
Source: "{#Built}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\{#AppName}"; Filename: "{app}\{#Window}"; AppUserModelID: "{#AppId}"
Name: "{autodesktop}\{#AppName}"; Filename: "{app}\{#Window}"; AppUserModelID: "{#AppId}"; Tasks: desktop

[Registry]
Root: HKA; Subkey: "Software\Classes\Applications\{#Window}"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "{#AppName}"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Applications\{#Window}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Window}"" ""%1"""; Tasks: openwith
#define Suffix(str name) 'Root: HKA; Subkey: "Software\Classes\Applications\' + Window + '\SupportedTypes"; ValueType: string; ValueName: "' + name + '"; ValueData: ""; Tasks: openwith'
#emit Suffix(".jpg")
#emit Suffix(".jpeg")
#emit Suffix(".png")
#emit Suffix(".webp")
#emit Suffix(".gif")
#emit Suffix(".tif")
#emit Suffix(".tiff")
#emit Suffix(".bmp")
#emit Suffix(".heic")
#emit Suffix(".heif")
#emit Suffix(".avif")
#emit Suffix(".dng")
#emit Suffix(".arw")
#emit Suffix(".cr2")
#emit Suffix(".cr3")
#emit Suffix(".nef")
#emit Suffix(".orf")
#emit Suffix(".raf")
#emit Suffix(".rw2")
Root: HKA; Subkey: "Software\Classes\Directory\shell\{#AppName}"; ValueType: string; ValueData: "Find photos with {#AppName}"; Flags: uninsdeletekey; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Directory\shell\{#AppName}"; ValueType: string; ValueName: "Icon"; ValueData: "{app}\{#Window}"; Tasks: openwith
Root: HKA; Subkey: "Software\Classes\Directory\shell\{#AppName}\command"; ValueType: string; ValueData: """{app}\{#Window}"" ""%1"""; Tasks: openwith

[Run]
Filename: "{app}\{#Window}"; Description: "{cm:LaunchProgram,{#AppName}}"; Flags: nowait postinstall skipifsilent

[Code]
const
  Environment = 'Environment';

{ Puts the folder of the program into the user's path, once, or takes it out. }
procedure ChangePath(Wanted: Boolean);
var
  Former, Rest, Folder: string;
begin
  Folder := ExpandConstant('{app}');
  if not RegQueryStringValue(HKCU, Environment, 'Path', Former) then
    Former := '';
  Rest := ';' + Former + ';';
  StringChangeEx(Rest, ';' + Folder + ';', ';', True);
  Rest := Copy(Rest, 2, Length(Rest) - 2);
  if Wanted then
  begin
    if (Rest <> '') and (Rest[Length(Rest)] <> ';') then
      Rest := Rest + ';';
    Rest := Rest + Folder;
  end;
  if Rest <> Former then
    RegWriteExpandStringValue(HKCU, Environment, 'Path', Rest);
end;

procedure CurStepChanged(CurStep: TSetupStep);
begin
  if (CurStep = ssPostInstall) and WizardIsTaskSelected('path') then
    ChangePath(True);
end;

{ The library holds what a person decided about photos: it stays unless they say otherwise. }
procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
var
  Kept: string;
begin
  if CurUninstallStep <> usPostUninstall then
    Exit;
  ChangePath(False);
  Kept := ExpandConstant('{localappdata}\{#AppName}');
  if DirExists(Kept) and not UninstallSilent then
    if MsgBox('Delete the library too? It holds your tags, labels, decisions and downloaded models.' + #13#10 + #13#10 +
        Kept + #13#10 + #13#10 + 'Your photos stay in any case.', mbConfirmation, MB_YESNO or MB_DEFBUTTON2) = IDYES then
      DelTree(Kept, True, True, True);
end;
