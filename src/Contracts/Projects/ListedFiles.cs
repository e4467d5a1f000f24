namespace ImageSdk.Contracts.Projects;

/// <summary>Which of the files that a project adds its bills of materials list one by one; the others are one entry with their number and digest.</summary>
public enum ListedFiles
{
    /// <summary>All, unless there are more of them than a document of usual size holds.</summary>
    Auto,
    All,
    None,
}
