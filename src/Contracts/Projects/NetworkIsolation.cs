namespace ImageSdk.Contracts.Projects;

/// <summary>Which network commands have that may use one.</summary>
public enum NetworkIsolation
{
    /// <summary>One of their own where the machine has a program for it; else the machine's, its unnamed sockets cut off where the kernel can.</summary>
    WherePossible,

    /// <summary>One of their own, or the build fails.</summary>
    Isolated,

    /// <summary>The machine's.</summary>
    Host,
}
