namespace ImageSdk.Building.Applications;

/// <summary>What a project says of all its applications.</summary>
/// <param name="StateDirectory">Where generated files go.</param>
public sealed record ApplicationSettings(string StateDirectory)
{
    public RuntimeOrigin Runtime { get; init; }

    /// <summary>The .NET SDK that builds: the folder with dotnet, host/ and shared/.</summary>
    public string SdkRoot { get; init; } = "";

    /// <summary>What the SDK's own runtime is for, in the field's words.</summary>
    public string SdkArchitecture { get; init; } = "";

    /// <summary>The image's.</summary>
    public string Architecture { get; init; } = "";

    public string PackagerType { get; init; } = "";

    /// <summary>The distribution's release; empty where it is not known.</summary>
    public string Release { get; init; } = "";

    /// <summary>Whether packages that the files need are added.</summary>
    public bool AddsPackages { get; init; } = true;

    /// <summary>Packages that the project names itself.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];
}
