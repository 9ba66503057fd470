using MassTransit;
using MindBridge.Contracts;
using MindBridge.Platform.Databases;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MindBridge.Platform.Messaging;

/// <summary>What a service says to send and receive events.</summary>
public static class BusRegistration
{
    /// <summary>Handles an event that waits in a queue of <see cref="EventRoute"/>; inside the transaction of <typeparamref name="TContext"/>.</summary>
    public static IServiceCollection Subscribe<TEvent, THandler, TContext>(this IServiceCollection services, string queue)
        where TEvent : class, IEvent
        where THandler : class, IHandle<TEvent>
        where TContext : PlatformContext
    {
        services.AddScoped<THandler>();
        services.AddSingleton<Subscription>(new Subscription<TEvent, THandler, TContext>(queue));
        return services;
    }

    /// <summary>Has every replica hear an event while it runs; <typeparamref name="TEar"/> is a singleton.</summary>
    public static IServiceCollection Listen<TEvent, TEar>(this IServiceCollection services)
        where TEvent : class, IEvent
        where TEar : class, IHear<TEvent>
    {
        services.TryAddSingleton<TEar>();
        services.AddSingleton<Listener>(new Listener<TEvent, TEar>());
        return services;
    }

    /// <summary>Adds the bus of the process, once, for all the services it hosts.</summary>
    public static IServiceCollection AddEventBus(this IServiceCollection services, BusSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var address = settings.Address();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.AddSingleton<IEventBus, MassTransitBus>();
        foreach (var route in EventRoute.All) services.AddSingleton(route);
        services.AddMassTransit(bus =>
        {
            // A platform tells nobody of itself.
            bus.DisableUsageTelemetry();
            if (address is null)
            {
                bus.UsingInMemory((context, transport) =>
                {
                    transport.Publish<IEvent>(topology => topology.Exclude = true);
                    foreach (var subscription in context.GetServices<Subscription>())
                        transport.ReceiveEndpoint(subscription.Queue, endpoint => Receive(endpoint, subscription, context, settings));
                    Hear(transport, context);
                });
            }
            else
            {
                bus.UsingRabbitMq((context, transport) =>
                {
                    transport.Host(address);
                    transport.Publish<IEvent>(topology => topology.Exclude = true);
                    RabbitMqQueues.Declare(transport, context.GetServices<EventRoute>());
                    foreach (var subscription in context.GetServices<Subscription>())
                    {
                        transport.ReceiveEndpoint(subscription.Queue, endpoint =>
                        {
                            RabbitMqQueues.Keep(endpoint);
                            Receive(endpoint, subscription, context, settings);
                        });
                    }

                    Hear(transport, context);
                });
            }
        });
        return services;
    }

    private static void Hear(IReceiveConfigurator transport, IServiceProvider services)
    {
        var listeners = services.GetServices<Listener>().ToList();
        if (listeners.Count == 0) return;
        transport.ReceiveEndpoint(new TemporaryEndpointDefinition(), null, endpoint => listeners.ForEach(listener => listener.Connect(endpoint, services)));
    }

    private static void Receive(IReceiveEndpointConfigurator endpoint, Subscription subscription, IServiceProvider services, BusSettings settings)
    {
        endpoint.PrefetchCount = settings.Concurrency * 2;
        endpoint.ConcurrentMessageLimit = settings.Concurrency;
        subscription.Connect(endpoint, services);
    }
}
