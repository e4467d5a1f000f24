using ImageSdk.Imaginator.Hosting;

return await ImaginatorFlags.Program.RunAsync(args);
