using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Machines.Running;
using ImageSdk.Machines.Testing;

// Started by dotnet run and dotnet test; not meant to be run by hand.
try
{
    return args switch
    {
        ["run", var file, "--", .. var more] => MachineConsole.Run(JsonSerializer.Deserialize(File.ReadAllBytes(file), MachineRunJson.Default.MachineRun)!, more),
        ["test", var file] => await TestProgram.RunAsync(file),
        _ => 2,
    };
}
catch (BuildException exception)
{
    var diagnostic = exception.Diagnostic;
    Console.Error.WriteLine($"{diagnostic.File} : error {diagnostic.Code}: {diagnostic.Message}");
    return 1;
}
