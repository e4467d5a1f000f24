using ImageSdk.Imaginator.Backups;
using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Workers;

return args switch
{
    ["worker", .. var rest] => await WorkerProgram.RunAsync(rest),
    ["backup", .. var rest] => await BackupProgram.BackUpAsync(rest),
    ["restore", .. var rest] => await BackupProgram.RestoreAsync(rest),
    _ => await ImaginatorFlags.Program.RunAsync(args),
};
