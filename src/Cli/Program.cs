using ImageSdk.Cli;

return await CommandLineTool.Run(args, CommandHost.ForProcess());
