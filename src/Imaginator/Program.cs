using ImageSdk.Imaginator.Hosting;
using ImageSdk.Imaginator.Workers;

return args is ["worker", .. var rest] ? await WorkerProgram.RunAsync(rest) : await ImaginatorFlags.Program.RunAsync(args);
