using ImageSdk.ImageBuilder.Hosting;

return await ImageBuilderFlags.Program.RunAsync(args);
