namespace ImageSdk.Contracts.Stages;

/// <summary>What a stage does: this decides what it reads and what the worker is asked for.</summary>
public enum StageKind
{
    /// <summary>Finds the source image. Makes no layer.</summary>
    Resolve,

    /// <summary>The source image as the lowest layers, or a root made from nothing.</summary>
    Unpack,

    /// <summary>Puts trees and files of the project into the image.</summary>
    Files,

    /// <summary>Runs scripts of the project in the image.</summary>
    Scripts,

    /// <summary>Installs the package list.</summary>
    Packages,

    /// <summary>The packager's clean-up, and what identifies one machine.</summary>
    CleanUp,

    /// <summary>Puts the tests in, takes excluded paths out, and computes the file tree.</summary>
    Seal,

    /// <summary>Runs the tests and writes the image record. Makes no layer.</summary>
    Test,
}
