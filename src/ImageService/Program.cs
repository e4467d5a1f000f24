using ImageSdk.ImageService.Data;
using ImageSdk.ImageService.Hosting;

return args switch
{
    ["import", .. var rest] => await DataProgram.ImportAsync(rest),
    ["export", .. var rest] => await DataProgram.ExportAsync(rest),
    _ => await ImageServiceFlags.Program.RunAsync(args),
};
