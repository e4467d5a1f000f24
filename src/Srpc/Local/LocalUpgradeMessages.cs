using ImageSdk.Srpc.Gob;

namespace ImageSdk.Srpc;

/// <summary>A client that wants to go on over a Unix socket.</summary>
sealed record LocalUpgradeRequestOne
{
    /// <summary>What the server writes on the Unix socket, so that the client knows whom it has there.</summary>
    public byte[] ClientCookie { get; set; } = [];

    public static GobType<LocalUpgradeRequestOne> Gob { get; } = new GobStruct<LocalUpgradeRequestOne>("localUpgradeToUnixRequestOne")
    {
        { "ClientCookie", GobTypes.Bytes, m => m.ClientCookie, (ref m, v) => m.ClientCookie = v },
    };
}

sealed record LocalUpgradeResponseOne
{
    /// <summary>Why the connection stays as it is; empty where it need not.</summary>
    public string Error { get; set; } = "";

    /// <summary>What the client writes on the Unix socket first.</summary>
    public byte[] ServerCookie { get; set; } = [];

    /// <summary>With <c>@</c> in front, a name in the abstract namespace of Linux.</summary>
    public string SocketPathname { get; set; } = "";

    public static GobType<LocalUpgradeResponseOne> Gob { get; } = new GobStruct<LocalUpgradeResponseOne>("localUpgradeToUnixResponseOne")
    {
        { "Error", GobTypes.Text, m => m.Error, (ref m, v) => m.Error = v },
        { "ServerCookie", GobTypes.Bytes, m => m.ServerCookie, (ref m, v) => m.ServerCookie = v },
        { "SocketPathname", GobTypes.Text, m => m.SocketPathname, (ref m, v) => m.SocketPathname = v },
    };
}

sealed record LocalUpgradeRequestTwo
{
    /// <summary>False where the client gives up and stays.</summary>
    public bool SentServerCookie { get; set; }

    public static GobType<LocalUpgradeRequestTwo> Gob { get; } = new GobStruct<LocalUpgradeRequestTwo>("localUpgradeToUnixRequestTwo")
    {
        { "SentServerCookie", GobTypes.Bool, m => m.SentServerCookie, (ref m, v) => m.SentServerCookie = v },
    };
}

sealed record LocalUpgradeResponseTwo
{
    /// <summary>Why the connection stays as it is; empty where both now go on over the Unix socket.</summary>
    public string Error { get; set; } = "";

    public static GobType<LocalUpgradeResponseTwo> Gob { get; } = new GobStruct<LocalUpgradeResponseTwo>("localUpgradeToUnixResponseTwo")
    {
        { "Error", GobTypes.Text, m => m.Error, (ref m, v) => m.Error = v },
    };
}
