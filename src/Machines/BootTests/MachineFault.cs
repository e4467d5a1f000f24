namespace ImageSdk.Machines.BootTests;

/// <summary>A machine did not come up, or went away: why, with the last lines of its console.</summary>
sealed class MachineFault(string code, string message, IReadOnlyList<string> console) : Exception(message)
{
    public string Code { get; } = code;

    public string Console { get; } = console.Count == 0 ? "The console is empty." : "The console's last lines:\n" + string.Join('\n', console.Select(line => "    " + line));
}
