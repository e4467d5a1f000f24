using ImageSdk.ImageServer.Hosting;

return await ServerFlags.Program.RunAsync(args);
