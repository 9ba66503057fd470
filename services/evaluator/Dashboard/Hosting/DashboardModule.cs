using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using MindBridge.Contracts;
using MindBridge.Evaluator.Dashboard.Calling;
using MindBridge.Evaluator.Dashboard.ComparingEvaluations;
using MindBridge.Evaluator.Dashboard.Framing;
using MindBridge.Evaluator.Dashboard.ReadingAudit;
using MindBridge.Evaluator.Dashboard.ServingAssets;
using MindBridge.Evaluator.Dashboard.SigningIn;
using MindBridge.Evaluator.Dashboard.WatchingJobs;
using MindBridge.Platform.Messaging;
using MindBridge.Platform.Security;

namespace MindBridge.Evaluator.Dashboard.Hosting;

/// <summary>The dashboard: pages for people, on the evaluator's HTTP port.</summary>
public static class DashboardModule
{
    /// <summary>The scheme, and the policy, of whoever signed in with a browser. No API route accepts its cookie.</summary>
    internal const string Scheme = "Dashboard";

    /// <summary>Adds it as the section <c>Dashboard</c> tells.</summary>
    /// <exception cref="ArgumentException">A setting is out of bounds; the message names it.</exception>
    public static IServiceCollection AddDashboard(this IServiceCollection services, IConfiguration configuration)
    {
        var jwt = configuration.GetSection("Security:Jwt").Get<JwtSettings>() ?? new JwtSettings();
        var settings = (configuration.GetSection("Dashboard").Get<DashboardSettings>() ?? new DashboardSettings()).Checked(jwt.Authority);
        services.AddSingleton(settings);
        var schemes = services.AddAuthentication().AddCookie(Scheme, options =>
        {
            options.Events.OnValidatePrincipal = FreshTokens.RenewCookieAsync;
            options.Cookie.Name = "mindbridge";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = settings.Session;
            options.SlidingExpiration = false;
            options.LoginPath = "/login";
            options.ReturnUrlParameter = "next";
        });
        if (settings.Provider.IsOn) ProviderSignIn.Add(schemes, settings.Provider, jwt);
        services.AddAuthorizationBuilder().AddPolicy(Scheme, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser());
        services.AddDataProtection().SetApplicationName("mindbridge");
        services.AddSingleton<KeptKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options => options.XmlRepository = provider.GetRequiredService<KeptKeys>()));
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "mindbridge-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
        });
        services.AddRazorComponents().AddInteractiveServerComponents(options => options.DetailedErrors = false).AddHubOptions(options => options.MaximumReceiveMessageSize = 256 << 10);
        services.AddScoped<AuthenticationStateProvider, SignedIn>();
        services.AddScoped<Session>();
        services.AddScoped<UserCalls>();
        services.AddSingleton<ServiceChannels>();
        services.AddSingleton<BrowserCalls>();
        services.AddSingleton<KeyCheck>();
        services.AddSingleton<FreshTokens>();
        services.AddSingleton<LossTrails>();
        services.Listen<JobProgressed, LossTrails>();
        return services;
    }

    /// <summary>Maps pages, sign-in and assets. Comes after authentication and authorisation.</summary>
    public static void MapDashboard(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<SecurityHeaders>();
        app.UseAntiforgery();
        AssetEndpoints.Map(app);
        SignInEndpoints.Map(app);
        ExportEndpoints.Map(app);
        AuditExport.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'").RequireAuthorization(Scheme);
    }
}
