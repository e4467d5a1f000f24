using ImageSdk.ImageServer.Backups;
using ImageSdk.ImageServer.Hosting;

return args switch
{
    ["backup", .. var rest] => await BackupProgram.BackUpAsync(rest),
    ["restore", .. var rest] => await BackupProgram.RestoreAsync(rest),
    _ => await ServerFlags.Program.RunAsync(args),
};
