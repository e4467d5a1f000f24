using ImageSdk.Hosting;
using ImageSdk.Hosting.Flags;
using ImageSdk.ImageServer.Options;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Hosting;

/// <summary>The flags of an image server, and its program.</summary>
static class ServerFlags
{
    // What the original's start scripts look for in /etc/default/imageserver.
    static readonly Dictionary<string, string> variables = new()
    {
        ["ARCHIVE_MODE"] = "archiveMode",
        ["IMAGE_DIR"] = "imageDir",
        ["IMAGE_SERVER_HOSTNAME"] = "imageServerHostname",
        ["OBJECT_DIR"] = "objectDir",
    };

    public static DaemonProgram<ServerOptions, ServerParts> Program { get; } =
        new(() => new(), "keeps images and serves them over SRPC and HTTP")
        {
            AddFlags = Add,
            Variables = variables,
            Check = Check,
            Open = ServerParts.Open,
            IsTrouble = problem => problem is StoreException,
        };

    /// <param name="etc">Where configuration lies: "/etc".</param>
    /// <exception cref="FlagException">A flag is unknown, or its value is none, or there are other words than flags.</exception>
    public static ServerOptions Read(IReadOnlyList<string> words, string etc) => Program.Read(words, etc);

    static void Check(ServerOptions options)
    {
        if (options.ArchiveMode && options.Master is null)
            throw new FlagException("-archiveMode requires -imageServerHostname");
    }

    static void Add(FlagSet flags, ServerOptions options)
    {
        flags.AddSwitch("allowPublicAddObjects", false, "Let all users add objects", v => options.AllowPublicAddObjects = v);
        flags.AddSwitch("allowPublicCheckObjects", false, "Let all users look for objects", v => options.AllowPublicCheckObjects = v);
        flags.AddSwitch("allowPublicGetObjects", false, "Let all users read objects", v => options.AllowPublicGetObjects = v);
        flags.AddSwitch("allowUnauthenticatedReads", false, "Let those without a certificate read", v => options.AllowUnauthenticatedReads = v);
        AddStores(flags, options);
        AddLimits(flags, options);
        AddReplication(flags, options);
    }

    static void AddStores(FlagSet flags, ServerOptions options)
    {
        flags.AddText("imageDir", options.ImageDirectory, "Where the images are", v => options.ImageDirectory = v);
        flags.AddText("objectDir", options.ObjectDirectory, "Where the objects are", v => options.ObjectDirectory = v);
        flags.AddText("informationDatabaseTemplate", "", "Template of the URL of a page about an image", v => options.InformationTemplate = v);
        flags.AddDuration("maximumExpirationDuration", options.MaximumExpiration, "Longest time that users may give an image", v => options.MaximumExpiration = v);
        flags.AddDuration("maximumExpirationDurationPrivileged", options.MaximumExpirationPrivileged, "The same for those who hold the power to", v => options.MaximumExpirationPrivileged = v);
        flags.AddNumber("objectServerCleanupStartPercent", options.CleanupStartPercent, "How full the file system is when unreferenced objects are deleted", v => options.CleanupStartPercent = v);
        flags.AddNumber("objectServerCleanupStopPercent", options.CleanupStopPercent, "How full it is when enough are deleted", v => options.CleanupStopPercent = v);
        flags.AddSize("objectServerCleanupStartSize", options.CleanupStartSize, "Bytes of unreferenced objects when they are deleted", v => options.CleanupStartSize = v);
        flags.AddSize("objectServerCleanupStopSize", options.CleanupStopSize, "Bytes of them when enough are deleted", v => options.CleanupStopSize = v);
    }

    static void AddLimits(FlagSet flags, ServerOptions options)
    {
        flags.AddSize("objectServerMaximumObjectSize", options.MaximumObjectSize, "Bytes of the largest object that is taken; 0 for no limit", v => options.MaximumObjectSize = v);
        flags.AddSize("objectServerMaximumUploadSize", options.MaximumUploadSize, "Bytes of all objects of one upload", v => options.MaximumUploadSize = v);
        flags.AddCount("objectServerMaximumUploadCount", options.MaximumUploadCount, "Objects of one upload; 0 for no limit", v => options.MaximumUploadCount = v);
        flags.AddSize("objectServerMaximumSize", options.MaximumStoreSize, "Bytes of all objects of the server", v => options.MaximumStoreSize = v);
        flags.AddCount("objectServerMaximumCount", options.MaximumStoreCount, "All objects of the server", v => options.MaximumStoreCount = v);
        flags.Add("objectServerReservedSize", "value", "1% of it, at most 1GiB", "Bytes of the file system of the objects that uploads leave free", FlagValues.Size, v => options.ReservedSize = v);
    }

    static void AddReplication(FlagSet flags, ServerOptions options)
    {
        flags.AddSwitch("archiveMode", false, "Take images from the master and never delete one", v => options.ArchiveMode = v);
        flags.AddSwitch("archiveExpiringImages", false, "In archive mode, take expiring images too", v => options.ArchiveExpiringImages = v);
        flags.AddText("imageServerHostname", "", "The master to be a replica of", v => options.MasterHost = v);
        flags.Add("imageServerPortNum", "uint", $"{options.MasterPort}", "Its port", FlagValues.Port, v => options.MasterPort = v);
        flags.AddSwitch("replicationAllowMassDelete", false, "Delete most of the images if the master has not got them", v => options.ReplicationAllowMassDelete = v);
        flags.AddText("replicationExcludeFilter", "", "File with a filter of images that are not taken", v => options.ReplicationExcludeFilter = v);
        flags.AddText("replicationIncludeFilter", "", "File with a filter of the only images that are taken", v => options.ReplicationIncludeFilter = v);
    }
}
