using ImageSdk.Cli;
using ImageSdk.Cli.Hosting;

return await CommandLineTool.Run(args, CommandHost.ForProcess());
